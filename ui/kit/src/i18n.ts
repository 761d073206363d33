// Languages. The Chinese file is the schema: a key missing in English does not compile.
import { createI18n } from 'vue-i18n'

import en from './messages/en.json'
import zh from './messages/zh-CN.json'

/** Languages offered; Chinese first. */
export type Language = 'zh-CN' | 'en'

/** Messages both user interfaces share. */
export type KitMessages = typeof zh

const english: KitMessages = en

/** An i18n instance with the shared messages and an app's own; both languages have the same keys. */
export function createMessages<Own extends object>(own: { 'zh-CN': Own; en: Own }, language: Language = 'zh-CN') {
  return createI18n({
    legacy: false,
    locale: language,
    fallbackLocale: 'zh-CN',
    messages: { 'zh-CN': { ...zh, ...own['zh-CN'] }, en: { ...english, ...own.en } },
  })
}
