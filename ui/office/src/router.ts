import type { QueryClient } from '@tanstack/vue-query'
import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'
import type { Permission } from './api/types'
import { ApiError } from './api/client'
import { getSetup } from './api/calls'
import { fetchMe, homeOf, meKey } from './session'

const routes: RouteRecordRaw[] = [
  { path: '/sign-in', component: () => import('./features/session/SignIn.vue'), meta: { open: true } },
  { path: '/setup', component: () => import('./features/session/SetUp.vue'), meta: { open: true } },
  { path: '/reset', alias: '/password-reset', component: () => import('./features/session/PasswordReset.vue'), meta: { open: true } },
  {
    path: '/', component: () => import('./shell/AppShell.vue'), children: [
      { path: '', name: 'home', component: () => import('./shell/NotFound.vue') },
      { path: 'triage/:id?', name: 'triage', component: () => import('./features/triage/TriagePage.vue'), props: true, meta: { needs: 'see_community_cases' } },
      { path: 'queue/:queue?/:id?', name: 'queue', component: () => import('./features/queue/QueuePage.vue'), props: true },
      { path: 'cases/:id', name: 'case', component: () => import('./features/case/CasePage.vue'), props: true },
      { path: 'households/:id?', name: 'households', component: () => import('./features/household/HouseholdPage.vue'), props: true, meta: { needs: 'see_community_households' } },
      { path: 'people', name: 'people', component: () => import('./features/people/PeoplePage.vue'), meta: { needs: 'manage_people' } },
      { path: 'street', name: 'street', component: () => import('./features/street/StreetPage.vue'), meta: { needs: 'manage_street' } },
      { path: 'devices', name: 'devices', component: () => import('./features/device/DevicePage.vue'), meta: { needs: 'manage_devices' } },
      { path: 'strays', name: 'strays', component: () => import('./features/stray/StrayPage.vue'), meta: { needs: ['manage_devices', 'triage', 'see_community_households'] } },
      { path: 'access-log', name: 'access-log', component: () => import('./features/access_log/AccessLogPage.vue'), meta: { needs: 'read_access_log' } },
      { path: ':rest(.*)*', component: () => import('./shell/NotFound.vue') },
    ],
  },
]

/** Set-up is asked for once per page load, and only when nobody is signed in. */
async function needsSetup(): Promise<boolean> {
  try {
    return (await getSetup()).needed
  } catch (error) {
    if (error instanceof ApiError) return false
    throw error
  }
}

export function makeRouter(queries: QueryClient) {
  const router = createRouter({ history: createWebHistory(), routes })
  router.beforeEach(async (to) => {
    if (to.meta['open']) return true
    let me
    try {
      me = await queries.fetchQuery({ queryKey: meKey, queryFn: fetchMe, staleTime: 5 * 60_000 })
    } catch {
      // The shell shows that the server cannot be reached, and offers to try again.
      return true
    }
    if (!me) return (await needsSetup()) ? '/setup' : { path: '/sign-in', query: to.fullPath === '/' ? {} : { next: to.fullPath } }
    if (to.name === 'home') return homeOf(me)
    const needed = [to.meta['needs'] ?? []].flat() as Permission[]
    return needed.length === 0 || needed.some((one) => me.permissions.includes(one)) ? true : homeOf(me)
  })
  return router
}
