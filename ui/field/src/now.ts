// The current time for labels, once a half minute.
import { onBeforeUnmount, ref } from 'vue'

const HALF_MINUTE = 30_000

export function useNow() {
  const now = ref(Date.now())
  const timer = window.setInterval(() => (now.value = Date.now()), HALF_MINUTE)
  onBeforeUnmount(() => window.clearInterval(timer))
  return now
}
