/**
 * Language and appearance, remembered by this browser in a cookie each, so that the sign-in page has them too.
 * Nothing about people or cases is ever kept in the browser.
 */
const YEAR_S = 31_536_000

export type Remembered = 'xunge_language' | 'xunge_theme'

export function remembered(name: Remembered): string | null {
  return document.cookie.split('; ').find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1) ?? null
}

export function remember(name: Remembered, value: string) {
  document.cookie = `${name}=${value}; Path=/; Max-Age=${YEAR_S}; SameSite=Strict`
}
