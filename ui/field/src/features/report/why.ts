// The sentence behind a word: why it is not delivered yet, or that it is.
import type { ErrorCode } from '@xunge/kit/generated/ErrorCode'
import { useI18n } from 'vue-i18n'

import { useSentences, useTimes } from '../../labels'
import type { WordReason } from '../../platform/types'

/** Reasons that leave nothing for an error to add. */
const SAYS_ALL = new Set<WordReason['code']>(['revoked', 'photo_undecodable', 'photo_lost'])

/** The words of an error at a record: what a screen says of its own doing does not fit one that waits, or was refused. */
export function useFaultWords() {
  const { t } = useI18n({ useScope: 'global' })
  return (code: WordReason['code'], error: ErrorCode): string => {
    // The server's fault; the reason has said that it is tried again.
    if (code === 'parked' && error === 'internal') return ''
    return t(code === 'rejected' && error === 'not_found' ? 'refused.notFound' : `error.${error}`)
  }
}

export function useWhy() {
  const { t } = useI18n({ useScope: 'global' })
  const faultWords = useFaultWords()
  const times = useTimes()
  const sentences = useSentences()
  return (why: WordReason, now: number): string => {
    if (why.code === 'parked' && why.error === 'not_found') return t('why.parkedEarly')
    const reason = t(`why.${why.backed_up ? 'backed_up' : why.code}`, { n: why.photos_waiting }, why.photos_waiting)
    const fault = why.error && !SAYS_ALL.has(why.code) ? faultWords(why.code, why.error) : ''
    const next = why.next_try_at && why.next_try_at > now ? t('why.next', { when: times.ago(why.next_try_at, now) }) : ''
    const facts = why.facts_delivered && why.code !== 'arrived' ? t('why.factsDelivered') : ''
    return sentences(facts + reason, fault, next)
  }
}
