import '@xunge/kit/tokens.css'
import '@xunge/kit/base.css'
import './element_style'
import './style.css'
import { QueryClient, VueQueryPlugin } from '@tanstack/vue-query'
import { applyTheme } from '@xunge/kit/theme'
import { createApp } from 'vue'
import App from './App.vue'
import { ApiError, whenSignedOut } from './api/client'
import { pageOfLink } from './features/session/new_password'
import { makeI18n, rememberLanguage } from './i18n'
import { rememberedTheme } from './preferences'
import { makeRouter } from './router'
import { meKey } from './session'

// A one-time link opens its own page; the token stays behind `#`.
const linked = pageOfLink(location.hash)
if (linked) history.replaceState(null, '', linked)

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // A refusal stays a refusal; only a network fault is worth a second try.
      retry: (tries, error) => tries < 2 && error instanceof ApiError && error.code === 'unreachable',
      // Whether the browser believes to be online says nothing about the street's own server.
      networkMode: 'always',
      refetchOnWindowFocus: false,
    },
    mutations: { networkMode: 'always' },
  },
})
const i18n = makeI18n()
const router = makeRouter(queries)

applyTheme(rememberedTheme())
rememberLanguage(i18n.global.locale.value)
whenSignedOut(() => {
  const here = router.currentRoute.value
  if (here.meta['open']) return
  queries.setQueryData(meKey, null)
  void router.replace({ path: '/sign-in', query: { next: here.fullPath } })
})

createApp(App).use(i18n).use(VueQueryPlugin, { queryClient: queries }).use(router).mount('#app')
