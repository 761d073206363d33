/** Words for durations and moments, in the street's time zone whatever the browser's is. */
import { clockTime, dayKey, daysBetween, fullTime, monthDay, type Place } from '@xunge/kit/time'
import { computed } from 'vue'
import { useSession } from './session'
import { useNow } from './now'
import { useI18n } from 'vue-i18n'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

export function useTime() {
  const { t, locale } = useI18n()
  const now = useNow()
  const { me } = useSession()
  const place = computed<Place>(() => ({ locale: locale.value, zone: me.value?.time_zone || undefined }))

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

  /** A moment: the time alone today, day and time this year, else with the year. */
  function moment(at: number): string {
    const days = daysBetween(now.value, at, place.value)
    if (days === 0) return clockTime(at, place.value)
    return sameYear(at) ? `${monthDay(at, place.value)} ${clockTime(at, place.value)}` : fullTime(at, place.value)
  }

  /** A day. */
  const day = (at: number) => (sameYear(at) ? monthDay(at, place.value) : dayKey(at, place.value))
  const sameYear = (at: number) => dayKey(at, place.value).slice(0, 4) === dayKey(now.value, place.value).slice(0, 4)

  return { now, span, ago, moment, day }
}
