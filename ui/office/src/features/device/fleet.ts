/** What is said of a phone: whom it worries and why, in sentences. */
import { ERRORS, errorWords } from '@xunge/kit/errors'
import { useI18n } from 'vue-i18n'
import type { Device } from '../../api/types'
import { useTime } from '../../time'

/** Records and photo files that a phone holds, as far as it has said. */
export const unsent = (one: Device) => (one.holds?.unsent ?? 0) + (one.holds?.photos_unsent ?? 0)

const skew = (one: Device) => one.holds?.clock_skew_ms ?? 0

const worried = (worry: Device['worries'][number]) => (one: Device) => one.worries.includes(worry)

/** Which phones are shown. Each is counted at the top. */
export const FILTERS = {
  all: () => true,
  holding: (one: Device) => unsent(one) > 0,
  unsent_long: worried('unsent_long'),
  low_space: worried('low_space'),
  silent: worried('silent'),
  wrong_clock: worried('wrong_clock'),
  old_app: worried('old_app'),
  parked: worried('parked'),
  revoked: (one: Device) => one.revoked,
} satisfies Record<string, (one: Device) => boolean>
export type FilterName = keyof typeof FILTERS
export const FILTER_NAMES = Object.keys(FILTERS) as FilterName[]

/** One thing to know of a phone. `grave` asks for somebody. */
export interface Sentence { key: string, text: string, grave: boolean }

export function useFleetWords() {
  const { t } = useI18n()
  const { span, now } = useTime()
  const since = (at: number) => span(Math.max(0, now.value - at))
  /** Said as the phone says it to its own user. */
  const failure = (code: string) => (code in ERRORS ? t(errorWords({ code }).message) : code)

  function held(one: Device): Sentence[] {
    const holds = one.holds
    if (!holds) return []
    if (!unsent(one)) return [{ key: 'all_sent', text: t('device.all_sent'), grave: false }]
    const grave = one.worries.includes('unsent_long')
    // Nothing more comes under this name.
    if (one.revoked && one.order === 'lock') return [{ key: 'unsent', text: t('device.unsent_locked', { n: holds.unsent, p: holds.photos_unsent }), grave }]
    const parts = [t('device.unsent_n', { n: holds.unsent, p: holds.photos_unsent })]
    if (holds.oldest_unsent_at !== null) parts.push(t('device.oldest', { t: since(holds.oldest_unsent_at) }))
    const whole = parts.join(t('device.comma')) + t('device.stop')
    const why = holds.last_error === null ? '' : t('device.because', { why: failure(holds.last_error) })
    return [{ key: 'unsent', text: whole + why, grave }]
  }

  /** The sentences about a phone, the gravest first. */
  function sentences(one: Device): Sentence[] {
    const worry = (key: Device['worries'][number], text: () => string): Sentence[] => (one.worries.includes(key) ? [{ key, text: text(), grave: true }] : [])
    const all = [
      ...held(one),
      ...worry('low_space', () => t('device.low_space', { n: Math.round((one.holds?.free_bytes ?? 0) / 1e6) })),
      ...worry('silent', () => (one.last_seen_at === null ? t('device.silent_never') : t('device.silent', { t: since(one.last_seen_at) }))),
      ...worry('wrong_clock', () => t(skew(one) > 0 ? 'device.clock_slow' : 'device.clock_fast', { t: span(Math.abs(skew(one))) })),
      ...worry('old_app', () => t('device.old_app', { v: one.app_version })),
      ...worry('parked', () => t('device.parked', { n: one.parked })),
      ...(one.forked_from === null || one.wiped_at !== null ? [] : [{ key: 'forked', text: t('device.forked'), grave: false }]),
    ]
    return all.sort((a, b) => Number(b.grave) - Number(a.grave))
  }

  return { sentences }
}
