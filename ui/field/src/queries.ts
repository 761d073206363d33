// What screens read. Every key starts with the topic under which the phone says that it changed.
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'

import { usePhone } from './phone'
import type { LockView, Settings } from './platform/types'

export const HOUSEHOLDS_PER_PAGE = 100

/** Whether the phone is locked, and how to say so at once. */
export function useLock() {
  const phone = usePhone()
  const queryClient = useQueryClient()
  const query = useQuery({ queryKey: ['lock'], queryFn: () => phone.getLock() })
  return { ...query, put: (lock: LockView) => queryClient.setQueryData(['lock'], lock) }
}

export function useSession() {
  const phone = usePhone()
  return useQuery({ queryKey: ['session'], queryFn: () => phone.getSession() })
}

/** The session as far as it is known, without asking for it: what tells of a failure must not cause the next one. */
export function useKnownSession() {
  const phone = usePhone()
  return useQuery({ queryKey: ['session'], queryFn: () => phone.getSession(), enabled: false })
}

export function useReference() {
  const phone = usePhone()
  return useQuery({ queryKey: ['reference'], queryFn: () => phone.getReference() })
}

export function useToday() {
  const phone = usePhone()
  return useQuery({ queryKey: ['today'], queryFn: () => phone.getToday() })
}

export function useSync() {
  const phone = usePhone()
  return useQuery({ queryKey: ['sync'], queryFn: () => phone.getSync() })
}

export function useReports() {
  const phone = usePhone()
  return useQuery({ queryKey: ['reports', 'list'], queryFn: () => phone.listReports() })
}

export function useReport(id: MaybeRefOrGetter<string>) {
  const phone = usePhone()
  return useQuery({ queryKey: ['reports', 'one', computed(() => toValue(id))], queryFn: () => phone.getReport(toValue(id)) })
}

/** A record the server refused. */
export function useRefused(id: MaybeRefOrGetter<string>) {
  const phone = usePhone()
  return useQuery({ queryKey: ['reports', 'refused', computed(() => toValue(id))], queryFn: () => phone.getRefused(toValue(id)) })
}

/** Households by query, page after page as the list scrolls. */
export function useHouseholds(query: MaybeRefOrGetter<string>) {
  const phone = usePhone()
  return useInfiniteQuery({
    queryKey: ['households', 'page', computed(() => toValue(query))],
    queryFn: ({ pageParam }) => phone.listHouseholds({ query: toValue(query), building: null, limit: HOUSEHOLDS_PER_PAGE, offset: pageParam }),
    initialPageParam: 0,
    getNextPageParam: (last, pages) => {
      const seen = pages.reduce((sum, page) => sum + page.rows.length, 0)
      return seen < last.total && last.rows.length > 0 ? seen : undefined
    },
    placeholderData: (previous) => previous,
  })
}

/** Every household of a building, however many. */
export function useBuilding(building: MaybeRefOrGetter<string>) {
  const phone = usePhone()
  return useQuery({
    queryKey: ['households', 'building', computed(() => toValue(building))],
    queryFn: async () => {
      const ask = { query: '', building: toValue(building), limit: HOUSEHOLDS_PER_PAGE }
      const page = await phone.listHouseholds({ ...ask, offset: 0 })
      let more = page.rows.length
      while (more > 0 && page.rows.length < page.total) {
        const next = await phone.listHouseholds({ ...ask, offset: page.rows.length })
        page.rows.push(...next.rows)
        more = next.rows.length
      }
      return page
    },
  })
}

export function useHousehold(id: MaybeRefOrGetter<string>) {
  const phone = usePhone()
  return useQuery({ queryKey: ['households', 'one', computed(() => toValue(id))], queryFn: () => phone.getHousehold(toValue(id)) })
}

export function useMapView() {
  const phone = usePhone()
  return useQuery({ queryKey: ['map'], queryFn: () => phone.getMap() })
}

export function useStorage() {
  const phone = usePhone()
  return useQuery({ queryKey: ['sync', 'storage'], queryFn: () => phone.getStorage() })
}

export function useSettings() {
  const phone = usePhone()
  return useMutation({ mutationFn: (settings: Settings) => phone.saveSettings(settings) })
}

export function useExportBundle() {
  const phone = usePhone()
  return useMutation({ mutationFn: () => phone.exportBundle() })
}

export function useSyncNow() {
  const phone = usePhone()
  return useMutation({ mutationFn: () => phone.syncNow() })
}
