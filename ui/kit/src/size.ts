// Sizes and distances for people.

/** `3.4 MB`; decimal units, as phones show storage. */
export function bytes(amount: number, locale: string): string {
  const units = ['B', 'kB', 'MB', 'GB'] as const
  const step = Math.min(units.length - 1, amount < 1 ? 0 : Math.floor(Math.log10(amount) / 3))
  const value = amount / 1000 ** step
  return `${new Intl.NumberFormat(locale, { maximumFractionDigits: step > 1 && value < 100 ? 1 : 0 }).format(value)} ${units[step]}`
}

/** `40 m`, `1.2 km`, `1,469 km`; in Chinese `40米`, `1.2公里`. */
export function distance(metres: number, locale: string): string {
  const near = Math.round(metres) < 1000
  const digits = near || metres >= 100_000 ? 0 : 1
  return new Intl.NumberFormat(locale, { style: 'unit', unit: near ? 'meter' : 'kilometer', maximumFractionDigits: digits }).format(near ? metres : metres / 1000)
}
