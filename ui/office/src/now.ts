import { readonly, ref } from 'vue'

const now = ref(Date.now())
let ticking = false

/** The current time, moving every ten seconds, one timer for the whole page. */
export function useNow() {
  if (!ticking) {
    ticking = true
    setInterval(() => { now.value = Date.now() }, 10_000)
  }
  return readonly(now)
}
