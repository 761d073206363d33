/** Opens the office at an address, signed in as somebody, against the fake server. */
import { QueryClient, VueQueryPlugin } from '@tanstack/vue-query'
import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { vi } from 'vitest'
import { FakeOffice } from '../fake/server'
import App from '../src/App.vue'
import { whenSignedOut } from '../src/api/client'
import { forgetAll } from '../src/features/act/draft'
import { makeI18n } from '../src/i18n'
import { makeRouter } from '../src/router'

export interface Sent { method: string, path: string, body: unknown }

/** A live connection that the test drives through the fake server. */
class FakeEventSource {
  static open: FakeEventSource[] = []
  onopen: (() => void) | null = null
  onerror: (() => void) | null = null
  readyState = 1
  private readonly heard = new Map<string, () => void>()
  constructor(readonly url: string) {
    FakeEventSource.open.push(this)
    queueMicrotask(() => this.onopen?.())
  }
  addEventListener(name: string, listener: () => void) { this.heard.set(name, listener) }
  close() { FakeEventSource.open = FakeEventSource.open.filter((one) => one !== this) }
  poke() { this.heard.get('poke')?.() }
}

/** What stands in the way of a request: return an answer, throw, or return null to let it through. */
export type InTheWay = (request: Request) => Response | null | Promise<Response | null>

export interface Office {
  page: VueWrapper
  server: FakeOffice
  sent: Sent[]
  /** Puts something in the way of requests from now on. */
  intercept: (handler: InTheWay) => void
  find: (test: string) => ReturnType<VueWrapper['find']>
  all: (test: string) => ReturnType<VueWrapper['findAll']>
  click: (test: string) => Promise<void>
  type: (test: string, text: string) => Promise<void>
  press: (key: string) => Promise<void>
  /** Something dialogs put under the body. */
  outside: (test: string) => HTMLElement | null
  settle: () => Promise<void>
  path: () => string
}

export async function load(path: string, login: string | null, server = new FakeOffice(), inTheWay: InTheWay = () => null): Promise<Office> {
  forgetAll()
  const sent: Sent[] = []
  let handler = inTheWay
  vi.stubGlobal('EventSource', FakeEventSource)
  vi.stubGlobal('fetch', async (input: Request | string, init?: RequestInit) => {
    const request = typeof input === 'string' ? new Request(new URL(input, location.origin), init) : input
    const kept = request.clone()
    const text = request.method === 'GET' ? '' : await kept.text()
    sent.push({ method: request.method, path: new URL(request.url).pathname, body: text.startsWith('{') ? JSON.parse(text) : text || null })
    const stopped = await handler(request)
    if (stopped) return stopped
    if (login) request.headers.set('x-fake-user', `fake_user=${login}`)
    return server.handle(request)
  })
  const stop = server.subscribe(() => FakeEventSource.open.forEach((one) => one.poke()))
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false, networkMode: 'always' } } })
  window.history.replaceState(null, '', path)
  const router = makeRouter(queries)
  whenSignedOut(() => undefined)
  const page = mount(App, { attachTo: document.body, global: { plugins: [makeI18n('zh-CN'), [VueQueryPlugin, { queryClient: queries }], router] } })
  const settle = async () => {
    for (let n = 0; n < 12; n++) {
      await flushPromises()
      await new Promise((done) => { setTimeout(done, n === 6 ? 180 : 5) })
    }
  }
  await router.isReady()
  await settle()
  const find = (test: string) => page.find(`[data-test="${test}"]`)
  const outside = (test: string) => document.body.querySelector<HTMLElement>(`[data-test="${test}"]`)
  const field = (test: string) => {
    const found = outside(test)
    return found?.matches('input, textarea') ? found : found?.querySelector<HTMLElement>('input, textarea')
  }
  void stop
  return {
    page, server, sent, find, outside, settle,
    all: (test) => page.findAll(`[data-test="${test}"]`),
    intercept: (next) => { handler = next },
    click: async (test) => {
      const found = outside(test)
      if (!found) throw new Error(`nothing to press: ${test}`)
      found.click()
      await settle()
    },
    type: async (test, text) => {
      const found = field(test) as HTMLInputElement | undefined
      if (!found) throw new Error(`nothing to type into: ${test}`)
      found.value = text
      found.dispatchEvent(new Event('input', { bubbles: true }))
      await settle()
    },
    press: async (key) => {
      window.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }))
      await settle()
    },
    path: () => window.location.pathname,
  }
}
