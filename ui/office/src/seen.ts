import { onBeforeUnmount, ref, watch, type Ref } from 'vue'

/** True once the element has come into sight, or near it. */
export function useSeen(element: Ref<HTMLElement | null>) {
  const seen = ref(false)
  const watching = new IntersectionObserver((entries) => {
    if (!entries.some((one) => one.isIntersecting)) return
    seen.value = true
    watching.disconnect()
  }, { rootMargin: '200px' })
  watch(element, (now) => { if (now && !seen.value) watching.observe(now) }, { immediate: true, flush: 'post' })
  onBeforeUnmount(() => watching.disconnect())
  return seen
}
