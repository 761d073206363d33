import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { getCatalog, listGrids, listQueues } from './api/calls'
import type { CategoryView } from './api/types'

const slow = { staleTime: 5 * 60_000 }

export const useQueues = () => useQuery({ queryKey: ['queues'], queryFn: listQueues, staleTime: 30_000 })
export const useGrids = () => useQuery({ queryKey: ['grids'], queryFn: listGrids, ...slow })
export const useCatalog = () => useQuery({ queryKey: ['catalog'], queryFn: getCatalog, ...slow })

/** Names of categories, queues and grids in the chosen language; an unknown id is shown as it is. */
export function useLabels() {
  const { locale } = useI18n()
  const { data: catalog } = useCatalog()
  const { data: queues } = useQueues()
  const { data: grids } = useGrids()
  const zh = computed(() => locale.value === 'zh-CN')

  const categories = computed(() => new Map<string, CategoryView>(
    [...catalog.value?.categories ?? [], ...catalog.value?.needs ?? []].map((one) => [one.id, one])))
  const byQueue = computed(() => new Map((queues.value ?? []).map((one) => [one.id, one])))
  const byGrid = computed(() => new Map((grids.value ?? []).map((one) => [one.id, one])))

  const category = (id: string) => {
    const found = categories.value.get(id)
    return found ? (zh.value ? found.zh : found.en) : id
  }
  const queue = (id: string) => {
    const found = byQueue.value.get(id)
    return found ? (zh.value ? found.label_zh : found.label_en) : id
  }
  const grid = (id: string | null) => (id ? byGrid.value.get(id)?.name ?? id : '')
  const community = (id: string | null) => (id ? byGrid.value.get(id)?.community_name ?? '' : '')
  // The kit's drawings go by the category's slug; an unknown slug gets the drawing of "other".
  const pictogram = (id: string) => id
  /** The answer chip's label of a category's one question. */
  const answer = (categoryId: string, answerId: string) => {
    const found = categories.value.get(categoryId)?.question?.answers.find((one) => one.id === answerId)
    return found ? (zh.value ? found.zh : found.en) : answerId
  }
  return { category, queue, grid, community, pictogram, answer, categories, queues, grids, catalog }
}
