// Days as a date field writes them, in the phone's zone: a promise is kept by the end of its day.

/** `2026-03-11` of the moment, some days later. */
export function localDate(at: number, later = 0): string {
  const day = new Date(at)
  day.setDate(day.getDate() + later)
  return `${day.getFullYear()}-${String(day.getMonth() + 1).padStart(2, '0')}-${String(day.getDate()).padStart(2, '0')}`
}

/** The last minute of that day; not a number when the text is no date. */
export const endOfDay = (date: string): number => new Date(`${date}T23:59:00`).getTime()
