import { useQuery } from '@tanstack/vue-query'
import { computed, onBeforeUnmount, ref, watch, type Ref } from 'vue'
import { listCases } from '../../api/calls'
import { onLive } from '../../api/live'
import type { CaseFilter, CaseListRow } from '../../api/types'
import { takeIn, type ShownRow } from './arrivals'

const PAGE = 100

/** A live list of cases: what is being read stays where it is, arrivals come on top. */
export function useCaseList(filter: Ref<CaseFilter>) {
  const { data, error, isPending, isFetching, refetch } = useQuery({
    queryKey: computed(() => ['cases', filter.value]), queryFn: () => listCases({ ...filter.value, limit: PAGE }),
  })
  const shown = ref<ShownRow[]>([])
  const tail = ref<{ rows: CaseListRow[], next: string | null } | null>(null)
  const loadingMore = ref(false)
  let showing = ''

  watch([data, filter], ([list]) => {
    const name = JSON.stringify(filter.value)
    if (name !== showing) {
      shown.value = []
      tail.value = null
      showing = name
    }
    if (list) shown.value = takeIn(shown.value, [...list.rows, ...tail.value?.rows ?? []], !list.next || tail.value?.next === null)
  }, { immediate: true })
  onBeforeUnmount(onLive(() => void refetch()))

  const next = computed(() => (tail.value ? tail.value.next : data.value?.next ?? null))
  async function more() {
    if (!next.value || loadingMore.value) return
    loadingMore.value = true
    try {
      const page = await listCases({ ...filter.value, limit: PAGE, before: next.value })
      tail.value = { rows: [...tail.value?.rows ?? [], ...page.rows], next: page.next }
      shown.value = takeIn(shown.value, [...data.value?.rows ?? [], ...tail.value.rows], page.next === null)
    } finally {
      loadingMore.value = false
    }
  }

  /** The reader has seen the arrivals. */
  function seen() {
    if (shown.value.some((one) => one.fresh)) shown.value = shown.value.map((one) => ({ ...one, fresh: false }))
  }
  /** Takes a row out that its reader has dealt with. */
  const drop = (id: string) => { shown.value = shown.value.filter((one) => one.row.id !== id || !one.left) }
  return { shown, list: data, error, isPending, isFetching, refetch, next, more, loadingMore, seen, drop }
}
