// Puts the interface together around a phone.
import { QueryClient, VueQueryPlugin } from '@tanstack/vue-query'
import { createApp, type App } from 'vue'
import { createWebHashHistory, type RouterHistory } from 'vue-router'

import FieldApp from './FieldApp.vue'
import { createFieldMessages } from './messages'
import { PHONE } from './phone'
import { behindLock } from './platform/behindLock'
import type { Port } from './platform/port'
import { createFieldRouter } from './router'

/** The app on `phone`; tests pass a history of their own. */
export function createField(phone: Port, history: RouterHistory = createWebHashHistory()): App {
  const queryClient = new QueryClient({
    // The phone's database answers, network or not: never wait for what the browser thinks of the network.
    defaultOptions: {
      queries: { networkMode: 'always', retry: false, staleTime: Infinity, refetchOnWindowFocus: false },
      mutations: { networkMode: 'always', retry: false },
    },
  })
  const open = behindLock(phone, () => void queryClient.invalidateQueries({ queryKey: ['lock'] }))
  phone.onChanged((topics) => topics.forEach((topic) => void queryClient.invalidateQueries({ queryKey: [topic] })))
  return createApp(FieldApp)
    .provide(PHONE, open)
    .use(VueQueryPlugin, { queryClient })
    .use(createFieldMessages())
    .use(createFieldRouter(history))
}
