import { createRouter, type Router, type RouterHistory } from 'vue-router'

import TodayPage from './features/today/TodayPage.vue'

/** Pages with the bar at the bottom say so in `meta.tabs`; the phone's back button follows the history. */
export function createFieldRouter(history: RouterHistory): Router {
  return createRouter({
    history,
    scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
    routes: [
      { path: '/', name: 'today', component: TodayPage, meta: { tabs: true } },
      { path: '/enrol', name: 'enrol', component: () => import('./features/enrol/EnrolPage.vue') },
      { path: '/reports', name: 'reports', component: () => import('./features/report/ReportListPage.vue'), meta: { tabs: true } },
      { path: '/reports/:id', name: 'report', component: () => import('./features/report/ReportPage.vue'), props: true },
      { path: '/refused/:id', name: 'refused', component: () => import('./features/report/RefusedPage.vue'), props: true },
      { path: '/capture/:id', name: 'capture', component: () => import('./features/capture/CapturePage.vue'), props: true },
      { path: '/drafts/:id', name: 'draft', component: () => import('./features/capture/DraftPage.vue'), props: true },
      { path: '/visits', name: 'visits', component: () => import('./features/visit/HouseholdListPage.vue'), meta: { tabs: true } },
      { path: '/buildings/:building', name: 'building', component: () => import('./features/visit/BuildingPage.vue'), props: true },
      { path: '/households/:id', name: 'household', component: () => import('./features/visit/HouseholdPage.vue'), props: true },
      { path: '/visit/:id', name: 'visit', component: () => import('./features/visit/VisitPage.vue'), props: true },
      { path: '/map', name: 'map', component: () => import('./features/map/MapPage.vue'), meta: { tabs: true } },
      { path: '/pin', name: 'pin', component: () => import('./features/lock/ChangePinPage.vue') },
      { path: '/settings', name: 'settings', component: () => import('./features/settings/SettingsPage.vue') },
      { path: '/:rest(.*)*', redirect: '/' },
    ],
  })
}
