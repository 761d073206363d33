// A new PIN is typed twice.
import { computed, ref, shallowRef } from 'vue'

/** `keep` takes the PIN once both were the same. */
export function useNewPin(keep: (pin: string) => Promise<unknown>) {
  const first = ref('')
  const differs = ref(false)
  const busy = ref(false)
  const error = shallowRef<unknown>()

  async function entered(pin: string) {
    error.value = undefined
    differs.value = first.value !== '' && first.value !== pin
    if (first.value === '' || differs.value) {
      first.value = differs.value ? '' : pin
      return
    }
    first.value = ''
    busy.value = true
    try {
      await keep(pin)
    } catch (thrown) {
      error.value = thrown
    } finally {
      busy.value = false
    }
  }
  return { again: computed(() => first.value !== ''), differs, busy, error, entered }
}
