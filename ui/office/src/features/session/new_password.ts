import { computed, ref } from 'vue'
import { useI18n } from 'vue-i18n'

/** The shortest password the server takes. */
const SHORTEST = 10

/** A new password, typed twice. */
export function useNewPassword() {
  const { t } = useI18n()
  const password = ref('')
  const again = ref('')
  const problem = computed(() => {
    if (password.value && password.value.length < SHORTEST) return t('set_up.weak')
    return again.value && again.value !== password.value ? t('set_up.differs') : ''
  })
  const ready = computed(() => password.value.length >= SHORTEST && again.value === password.value)
  return { password, again, problem, ready }
}

/** The one-time token after `#`; it never reaches a server's log that way. */
export const tokenOf = (hash: string) => decodeURIComponent(/token=([^&]+)/.exec(hash)?.[1] ?? hash.replace(/^#\/?/, ''))

/** Where a one-time link leads: the server writes `/#/password?token=…` and `/setup#…`. */
export function pageOfLink(hash: string): string | null {
  const token = encodeURIComponent(tokenOf(hash))
  if (hash.startsWith('#/password?')) return `/reset#${token}`
  return hash.startsWith('#/setup') ? `/setup#${token}` : null
}
