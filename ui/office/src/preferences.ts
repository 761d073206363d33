import { applyTheme, type Theme } from '@xunge/kit/theme'
import { ref } from 'vue'
import { remember, remembered } from './remembered'

export type OfficeTheme = Extract<Theme, 'system' | 'light' | 'dark'>
export const THEMES: readonly OfficeTheme[] = ['system', 'light', 'dark']

/** What a person chose on this browser. */
export function rememberedTheme(): OfficeTheme {
  const kept = remembered('xunge_theme')
  return kept === 'light' || kept === 'dark' ? kept : 'system'
}

const theme = ref<OfficeTheme>(rememberedTheme())

export function useTheme() {
  function choose(next: OfficeTheme) {
    theme.value = next
    remember('xunge_theme', next)
    applyTheme(next)
  }
  return { theme, choose }
}
