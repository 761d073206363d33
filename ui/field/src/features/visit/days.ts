// Days as `2026-03-11`, in the phone's zone: a promise is kept by the end of its day.

/** The day of the moment, some days later. */
export function localDate(at: number, later = 0): string {
  const day = new Date(at)
  day.setDate(day.getDate() + later)
  return `${day.getFullYear()}-${String(day.getMonth() + 1).padStart(2, '0')}-${String(day.getDate()).padStart(2, '0')}`
}

/** The last minute of that day; not a number when the text is no date. */
export const endOfDay = (date: string): number => new Date(`${date}T23:59:00`).getTime()

const utc = (date: string) => new Date(`${date}T00:00:00Z`)
const date = (at: Date) => at.toISOString().slice(0, 10)

/** The days of the month `2026-03`, with a gap for each day of its first week that belongs to the month before. Weeks start on Monday. */
export function daysOf(month: string): (string | null)[] {
  const first = utc(`${month}-01`)
  const gaps = (first.getUTCDay() + 6) % 7
  const count = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate()
  return [...Array<null>(gaps).fill(null), ...Array.from({ length: count }, (_, n) => `${month}-${String(n + 1).padStart(2, '0')}`)]
}

/** `2026-04` for one month after `2026-03`. */
export function monthAfter(month: string, by: number): string {
  const first = utc(`${month}-01`)
  return date(new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + by, 1))).slice(0, 7)
}

/** A day or month in words of the language. */
export const dayWords = (day: string, locale: string, style: Intl.DateTimeFormatOptions): string =>
  new Intl.DateTimeFormat(locale, { ...style, timeZone: 'UTC' }).format(utc(day))

/** Monday to Sunday, as short as the language has them. */
export const weekdays = (locale: string): string[] => daysOf('2024-01').slice(0, 7).map((day) => dayWords(day ?? '', locale, { weekday: 'narrow' }))
