// Names that come from the street's reference rows in both languages, not from message files.

/** Anything with a Chinese and an English name. */
export type Bilingual = { zh: string; en: string } | { label_zh: string; label_en: string }

/** Its name in `locale`; Chinese where English is missing. */
export function label(thing: Bilingual, locale: string): string {
  const [zh, en] = 'zh' in thing ? [thing.zh, thing.en] : [thing.label_zh, thing.label_en]
  return locale.startsWith('zh') ? zh : en || zh
}
