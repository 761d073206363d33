import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed } from 'vue'
import { ApiError } from './api/client'
import { getMe, signOut } from './api/calls'
import { forgetAll } from './features/act/draft'
import type { Me, Permission } from './api/types'

export const meKey = ['me'] as const

let last: string | null = null

/** Somebody is at the desk: what another person left unsent in this page is not theirs to see. */
export function recognise(me: Me) {
  if (last !== null && last !== me.user) forgetAll()
  last = me.user
}

/** Where a person's day starts, by what they may do. */
export function homeOf(me: Me): string {
  const may = (permission: Permission) => me.permissions.includes(permission)
  if (may('triage')) return '/triage'
  if (me.queues.length && may('work_orders')) return '/queue'
  if (may('see_community_households')) return '/households'
  if (may('manage_people')) return '/people'
  if (may('read_access_log')) return '/access-log'
  return '/queue'
}

/** Who is signed in, or null; an unreachable server is an error, not a signed-out person. */
export async function fetchMe(): Promise<Me | null> {
  try {
    return await getMe()
  } catch (error) {
    if (error instanceof ApiError && error.code === 'unauthenticated') return null
    throw error
  }
}

/** The person at the desk. */
export function useSession() {
  const queries = useQueryClient()
  const { data: me } = useQuery({ queryKey: meKey, queryFn: fetchMe, staleTime: 5 * 60_000 })
  const permissions = computed(() => new Set(me.value?.permissions ?? []))
  const can = (permission: Permission) => permissions.value.has(permission)
  async function leave() {
    await signOut()
    forgetAll()
    queries.clear()
    queries.setQueryData(meKey, null)
  }
  return { me, can, leave }
}
