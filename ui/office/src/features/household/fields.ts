/** Fields of a household file and their values in words. */
import { useI18n } from 'vue-i18n'

export function useFieldWords() {
  const { t, te } = useI18n()
  const field = (name: string) => (name.startsWith('tag.') ? t(`tag.${name.slice(4)}`) : t(`field.${name}`))
  const value = (name: string, value: unknown): string => {
    if (typeof value === 'boolean') return t(value ? 'field.yes' : 'field.no')
    if (typeof value === 'number') return String(value)
    if (typeof value !== 'string' || value === '') return t('field.nothing')
    const words = name === 'tenure' ? `tenure.${value}` : name === 'sex' ? `household.${value}` : ''
    return words && te(words) ? t(words) : value
  }
  return { field, value }
}
