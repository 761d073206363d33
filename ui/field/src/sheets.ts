// A sheet is part of the address (`?sheet=sync`), so that the phone's back button closes it.
import { computed } from 'vue'
import { useRoute, useRouter } from 'vue-router'

export function useSheet(name: string) {
  const route = useRoute()
  const router = useRouter()
  const open = computed(() => route.query['sheet'] === name)
  return {
    open,
    show: () => router.push({ query: { ...route.query, sheet: name } }),
    /** Goes back when the sheet was opened here; else only drops it from the address. */
    hide() {
      if (!open.value) return
      if (window.history.state?.back) return router.back()
      const { sheet: _sheet, ...query } = route.query
      return router.replace({ query })
    },
  }
}
