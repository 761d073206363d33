import { errorWords } from '@xunge/kit/errors'
import { useI18n } from 'vue-i18n'
import type { ErrorCode } from './api/types'

/** Turns a failed request, or a code alone, into words of the chosen language. */
export function useErrorText() {
  const { t } = useI18n()
  const words = (thrown: unknown): string => {
    const { message, params } = errorWords(thrown)
    return t(message, params)
  }
  return words
}

/** The words of a code the server gave without an error, such as why an action is refused. */
export function useCodeText() {
  const words = useErrorText()
  return (code: ErrorCode): string => words({ code })
}
