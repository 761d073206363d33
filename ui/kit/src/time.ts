// Dates and durations in the street's time zone and the person's language.

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Language tag and IANA time zone; without a zone the device's own. */
export type Place = { locale: string; zone?: string | undefined }

const formats = new Map<string, Intl.DateTimeFormat>()

function format(place: Place, style: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${place.locale}|${place.zone ?? ''}|${style}`
  const known = formats.get(key)
  if (known) return known
  const made = new Intl.DateTimeFormat(place.locale, { ...options, timeZone: place.zone })
  formats.set(key, made)
  return made
}

/** `08:05` */
export const clockTime = (at: number, place: Place) =>
  format(place, 'clock', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(at)

/** `4月12日` or `12 Apr` */
export const monthDay = (at: number, place: Place) =>
  format(place, 'day', place.locale.startsWith('zh') ? { month: 'long', day: 'numeric' } : { month: 'short', day: 'numeric' }).format(at)

/** `4月12日 周二` or `Tue Apr 12` */
export const namedDay = (at: number, place: Place) => {
  const day = [monthDay(at, place), weekday(at, place)]
  return (place.locale.startsWith('zh') ? day : day.reverse()).join(' ')
}

/** `4月12日 周二 08:05` or `Tue Apr 12 08:05` */
export const dayAndTime = (at: number, place: Place) => `${namedDay(at, place)} ${clockTime(at, place)}`

/** `周二` or `Tue` */
export const weekday = (at: number, place: Place) => format(place, 'week', { weekday: 'short' }).format(at)

/** Full date and time with the year, for records. */
export const fullTime = (at: number, place: Place) =>
  format(place, 'full', { year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(at)

/** `2022-04-12` in the zone: the key of a day. */
export const dayKey = (at: number, place: Place) =>
  format({ ...place, locale: 'sv-SE' }, 'key', { year: 'numeric', month: '2-digit', day: '2-digit' }).format(at)

/** How many calendar days `at` lies after `now` in the zone; negative in the past. */
export function daysBetween(now: number, at: number, place: Place): number {
  const day = (moment: number) => Date.parse(`${dayKey(moment, place)}T00:00:00Z`)
  return Math.round((day(at) - day(now)) / DAY)
}

/** Whole units of a duration, largest first: `{unit: 'hour', amount: 3}`. Below a minute: `{unit: 'minute', amount: 0}`. */
export function largestUnit(duration: number): { unit: 'day' | 'hour' | 'minute'; amount: number } {
  const span = Math.abs(duration)
  if (span >= 2 * DAY) return { unit: 'day', amount: Math.floor(span / DAY) }
  if (span >= HOUR) return { unit: 'hour', amount: Math.floor(span / HOUR) }
  return { unit: 'minute', amount: Math.floor(span / MINUTE) }
}

/** `3 分钟前`, `in 2 hours`; within a minute "now" in the person's language. */
export function relative(at: number, now: number, place: Place): string {
  const { unit, amount } = largestUnit(at - now)
  const words = new Intl.RelativeTimeFormat(place.locale, { numeric: 'auto' })
  if (amount === 0) return words.format(0, 'second')
  return words.format(at < now ? -amount : amount, unit)
}

/** When a limit ends, as a person would say it: today with the time, this week with the weekday, else the date. */
export function dueLabel(at: number, now: number, place: Place): string {
  const days = daysBetween(now, at, place)
  const words = new Intl.RelativeTimeFormat(place.locale, { numeric: 'auto' })
  if (Math.abs(days) <= 1) return `${words.format(days, 'day')} ${clockTime(at, place)}`
  if (days > 1 && days < 7) return `${weekday(at, place)} ${clockTime(at, place)}`
  return `${monthDay(at, place)} ${clockTime(at, place)}`
}
