import { afterEach, vi } from 'vitest'
import { config, enableAutoUnmount } from '@vue/test-utils'

// The map draws with WebGL, which no test here has; its place is taken by the list that stands in for it.
config.global.stubs = { transition: false }
enableAutoUnmount(afterEach)

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
  if (typeof document === 'undefined') return
  document.body.innerHTML = ''
  for (const one of document.cookie.split('; ')) document.cookie = `${one.split('=')[0]}=; Path=/; Max-Age=0`
})
