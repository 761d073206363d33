import { errorWords } from '@xunge/kit/errors'
import { useI18n } from 'vue-i18n'
import type { ErrorCode } from './api/types'

/** Turns a failed request, or a code alone, into words of the chosen language. */
export function useErrorText() {
  const { t, te } = useI18n()
  const words = (thrown: unknown): string => {
    const { code, message, params } = errorWords(thrown)
    // Some faults read differently at a desk than on a phone.
    const own = `fault.${code}`
    return te(own) ? t(own, params) : t(message, params)
  }
  return words
}

/** The words of a code the server gave without an error, such as why an action is refused. */
export function useCodeText() {
  const words = useErrorText()
  return (code: ErrorCode): string => words({ code })
}
