import { applyTheme, type Theme } from '@xunge/kit/theme'
import { ref } from 'vue'

export type OfficeTheme = Extract<Theme, 'system' | 'light' | 'dark'>
export const THEMES: readonly OfficeTheme[] = ['system', 'light', 'dark']

const KEY = 'xunge.office.theme'

/** What a person chose on this browser. Only preferences are kept there, never anything about people or cases. */
export function rememberedTheme(): OfficeTheme {
  const kept = localStorage.getItem(KEY)
  return kept === 'light' || kept === 'dark' ? kept : 'system'
}

const theme = ref<OfficeTheme>(rememberedTheme())

export function useTheme() {
  function choose(next: OfficeTheme) {
    theme.value = next
    localStorage.setItem(KEY, next)
    applyTheme(next)
  }
  return { theme, choose }
}
