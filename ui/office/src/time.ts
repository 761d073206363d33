/** Words for durations and moments, in the street's time zone as the browser shows it. */
import { useNow } from './now'
import { useI18n } from 'vue-i18n'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

export function useTime() {
  const { t, locale } = useI18n()
  const now = useNow()

  /** A duration in words, two units at most. */
  function span(ms: number): string {
    const length = Math.abs(ms)
    if (length < MINUTE) return t('span.min', { n: 1 })
    if (length < HOUR) return t('span.min', { n: Math.floor(length / MINUTE) })
    if (length < DAY) {
      const h = Math.floor(length / HOUR)
      const m = Math.floor((length % HOUR) / MINUTE)
      return m ? t('span.hm', { h, m }) : t('span.h', { n: h })
    }
    const d = Math.floor(length / DAY)
    const h = Math.floor((length % DAY) / HOUR)
    return h && d < 7 ? t('span.dh', { d, h }) : t('span.d', { n: d })
  }

  /** How long ago, coarse. */
  function ago(at: number): string {
    const age = now.value - at
    if (age < MINUTE) return t('span.now')
    const rounded = age < HOUR ? age : age < DAY ? Math.floor(age / HOUR) * HOUR : Math.floor(age / DAY) * DAY
    return t('span.ago', { t: span(rounded) })
  }

  /** A moment: the time alone today, day and time this year, else the full date. */
  function moment(at: number): string {
    const date = new Date(at)
    const today = new Date(now.value)
    const sameDay = date.toDateString() === today.toDateString()
    const sameYear = date.getFullYear() === today.getFullYear()
    return new Intl.DateTimeFormat(locale.value, {
      ...(sameDay ? {} : { month: 'short', day: 'numeric' }), ...(sameYear ? {} : { year: 'numeric' }),
      hour: '2-digit', minute: '2-digit', hour12: false,
    }).format(date)
  }

  /** A day. */
  function day(at: number): string {
    const sameYear = new Date(at).getFullYear() === new Date(now.value).getFullYear()
    return new Intl.DateTimeFormat(locale.value, {
      month: 'short', day: 'numeric', ...(sameYear ? {} : { year: 'numeric' }),
    }).format(new Date(at))
  }

  return { now, span, ago, moment, day }
}
