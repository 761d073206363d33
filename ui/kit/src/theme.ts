// Theme and text size: one attribute and one font size on the root element, so that tokens do the rest.

/** What a person may choose. `system` follows the phone. */
export type Theme = 'system' | 'light' | 'dark' | 'outdoor'

/** Range of the text size in per cent. */
export const TEXT_SIZE = { min: 100, max: 160, step: 10 } as const

const dark = () => window.matchMedia?.('(prefers-color-scheme: dark)')
let stopFollowing: (() => void) | undefined

/** Shows `theme` from now on; with `system` it keeps following the phone. */
export function applyTheme(theme: Theme): void {
  stopFollowing?.()
  stopFollowing = undefined
  const show = (name: Exclude<Theme, 'system'>) => {
    document.documentElement.dataset['theme'] = name
  }
  if (theme !== 'system') return show(theme)
  const query = dark()
  const follow = () => show(query?.matches ? 'dark' : 'light')
  follow()
  query?.addEventListener?.('change', follow)
  stopFollowing = () => query?.removeEventListener?.('change', follow)
}

/** Sets the text size in per cent of 16 px, clamped to what the layouts are made for. */
export function applyTextSize(percent: number): void {
  const size = Math.min(TEXT_SIZE.max, Math.max(TEXT_SIZE.min, percent))
  document.documentElement.style.fontSize = `${(16 * size) / 100}px`
}
