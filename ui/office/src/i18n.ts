import { createMessages, type Language } from '@xunge/kit/i18n'
import en from './messages/en.json'
import zh from './messages/zh-CN.json'
import { remember, remembered } from './remembered'

export type { Language }
export const LANGUAGES: readonly Language[] = ['zh-CN', 'en']

function first(): Language {
  const kept = remembered('xunge_language')
  if (kept === 'en' || kept === 'zh-CN') return kept
  return navigator.language.startsWith('zh') ? 'zh-CN' : 'en'
}

/** The shared messages and the office's own; `zh-CN.json` is the schema. */
export const makeI18n = (language: Language = first()) => createMessages<typeof zh>({ 'zh-CN': zh, en }, language)

/** Remembers a chosen language on this browser, and tells assistive technology. */
export function rememberLanguage(language: Language) {
  remember('xunge_language', language)
  document.documentElement.lang = language
}
