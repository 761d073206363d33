// The phone says when it locks; here it is told that somebody uses it, and asked when nobody has for long.
import { onBeforeUnmount, onMounted } from 'vue'

import { usePhone } from '../../phone'

/** Between two touches that the phone is told of, and between two looks, in milliseconds. */
const OFTEN_MS = 15_000
/** After so long without a touch it is worth asking; the phone alone decides. */
const LONG_MS = 5 * 60_000

/** `ask` looks again whether the phone is locked. */
export function useIdleLock(ask: () => void) {
  const phone = usePhone()
  let told = 0
  let last = Date.now()
  const used = () => {
    last = Date.now()
    if (last - told < OFTEN_MS) return
    told = last
    void phone.touch().catch(() => undefined)
  }
  const back = () => document.visibilityState === 'visible' && ask()
  let timer: number | undefined
  onMounted(() => {
    for (const kind of ['pointerdown', 'keydown', 'wheel'] as const) window.addEventListener(kind, used, { capture: true, passive: true })
    document.addEventListener('visibilitychange', back)
    timer = window.setInterval(() => Date.now() - last >= LONG_MS && ask(), OFTEN_MS)
  })
  onBeforeUnmount(() => {
    for (const kind of ['pointerdown', 'keydown', 'wheel'] as const) window.removeEventListener(kind, used, { capture: true })
    document.removeEventListener('visibilitychange', back)
    window.clearInterval(timer)
  })
}
