// What may be edited on a household card, and how a value is shown.
import type { Resident } from '@xunge/kit/generated/Resident'
import type { Tag } from '@xunge/kit/generated/Tag'
import type { Tenure } from '@xunge/kit/generated/Tenure'
import { useI18n } from 'vue-i18n'

export const TENURES: Tenure[] = ['owner', 'rented', 'vacant']

export const TAGS: Tag[] = [
  'living-alone',
  'elder80',
  'all-elder',
  'disabled',
  'severely-disabled',
  'disabled-care',
  'lost-only-child',
  'low-income',
  'near-low-income',
  'lone-elder',
  'veteran-care',
  'child-in-need',
  'pregnant',
  'renter-new',
  'other',
]

/** New values by name of the field. */
export type NewValues = Record<string, unknown>

/** Words for fields and values. */
export function useFieldWords() {
  const { t, te } = useI18n({ useScope: 'global' })
  const field = (name: string) => (name.startsWith('tag.') ? t(`tag.${name.slice(4)}`) : t(`edit.field.${name}`))
  const value = (name: string, value: unknown): string => {
    if (typeof value === 'boolean') return t(value ? 'edit.yes' : 'edit.no')
    if (typeof value === 'number') return String(value)
    if (typeof value !== 'string' || value === '') return t('edit.nothing')
    const words = name === 'tenure' ? `tenure.${value}` : name === 'sex' ? `household.sex.${value}` : ''
    return words && te(words) ? t(words) : value
  }
  return { field, value }
}

export type ResidentForm = { name: string; sex: string | null; birthYear: string; relation: string; phone: string; tags: Tag[] }

export const formOf = (resident: Resident | null): ResidentForm => ({
  name: resident?.name ?? '',
  sex: resident?.sex ?? null,
  birthYear: resident?.birth_year?.toString() ?? '',
  relation: resident?.relation ?? '',
  phone: resident?.phone ?? '',
  tags: [...(resident?.tags ?? [])],
})

/** Every field of the form; the phone sends only what differs. */
export function valuesOf(form: ResidentForm): NewValues {
  const year = form.birthYear.trim()
  const tags = TAGS.map((tag) => [`tag.${tag}`, form.tags.includes(tag)])
  return {
    name: form.name,
    sex: form.sex,
    birth_year: year === '' ? null : /^\d+$/.test(year) ? Number(year) : year,
    relation: form.relation,
    phone: form.phone.trim() === '' ? null : form.phone,
    ...Object.fromEntries(tags),
  }
}
