import { useI18n } from 'vue-i18n'
import type { Stray } from '../../api/types'
import { useCodeText } from '../../errors'

/** True for one that came before the report or resident it is about. */
export const isEarly = (stray: Stray): boolean => stray.parked && stray.code === 'not_found'

/** Why one of them waits. */
export function useStrayText() {
  const { t } = useI18n()
  const codeText = useCodeText()
  return (stray: Stray): string => {
    if (isEarly(stray)) return t('stray.early')
    if (stray.parked && stray.code === 'out_of_scope') return t('stray.not_theirs')
    return stray.code === 'internal' ? t('stray.fault') : codeText(stray.code)
  }
}
