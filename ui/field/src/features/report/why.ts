// The sentence behind a word: why it is not delivered yet, or that it is.
import { useI18n } from 'vue-i18n'

import { useTimes } from '../../labels'
import type { WordReason } from '../../platform/types'

export function useWhy() {
  const { t } = useI18n({ useScope: 'global' })
  const times = useTimes()
  return (why: WordReason, now: number): string => {
    if (why.code === 'parked' && why.error === 'not_found') return t('why.parkedEarly')
    const reason = t(`why.${why.backed_up ? 'backed_up' : why.code}`, { n: why.photos_waiting }, why.photos_waiting)
    const fault = why.error ? t(`error.${why.error}`) : ''
    const next = why.next_try_at && why.next_try_at > now ? t('why.next', { when: times.ago(why.next_try_at, now) }) : ''
    const facts = why.facts_delivered && why.code !== 'arrived' ? t('why.factsDelivered') : ''
    return [facts + reason, fault, next].filter(Boolean).join(' ')
  }
}
