import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, onBeforeUnmount, type Ref } from 'vue'
import { getCase } from '../../api/calls'
import { onLive } from '../../api/live'
import type { CaseDetail } from '../../api/types'

export const caseKey = (id: string) => ['case', id] as const

/** One case, kept current while it is on the screen. */
export function useCase(id: Ref<string>) {
  const queries = useQueryClient()
  const { data, error, isPending, refetch } = useQuery({ queryKey: computed(() => caseKey(id.value)), queryFn: () => getCase(id.value) })
  onBeforeUnmount(onLive(() => void refetch()))

  /** Takes a newer answer, and lets lists and counts follow. */
  function accept(detail: CaseDetail) {
    queries.setQueryData(caseKey(detail.row.id), detail)
    void queries.invalidateQueries({ queryKey: ['cases'] })
    void queries.invalidateQueries({ queryKey: ['queues'] })
  }
  return { detail: data, error, isPending, refetch, accept }
}
