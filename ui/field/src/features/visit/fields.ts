// What may be edited on a household card, and how a value is shown.
import type { Household } from '@xunge/kit/generated/Household'
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
  const knows = (name: string) => name.startsWith('tag.') || te(`edit.field.${name}`)
  const field = (name: string) => (name.startsWith('tag.') ? t(`tag.${name.slice(4)}`) : t(`edit.field.${name}`))
  const value = (name: string, value: unknown): string => {
    if (typeof value === 'boolean') return t(value ? 'edit.yes' : 'edit.no')
    if (typeof value === 'number') return String(value)
    if (typeof value !== 'string' || value === '') return t('edit.nothing')
    const words = name === 'tenure' ? `tenure.${value}` : name === 'sex' ? `household.sex.${value}` : ''
    return words && te(words) ? t(words) : value
  }
  return { knows, field, value }
}

/** What a sheet edits, flat: by name of the field, as it is typed. */
export type Form = Record<string, string | boolean | null>
export type HouseholdForm = { phone: string; door_note: string; tenure: Tenure | null }
export type ResidentForm = { name: string; sex: string | null; birth_year: string; relation: string; phone: string } & Record<`tag.${Tag}`, boolean>

export const fileForm = (household: Household): HouseholdForm => ({ phone: household.phone ?? '', door_note: household.door_note, tenure: household.tenure })

export const formOf = (resident: Resident | null): ResidentForm => ({
  name: resident?.name ?? '',
  sex: resident?.sex ?? null,
  birth_year: resident?.birth_year?.toString() ?? '',
  relation: resident?.relation ?? '',
  phone: resident?.phone ?? '',
  ...(Object.fromEntries(TAGS.map((tag) => [`tag.${tag}`, resident?.tags.includes(tag) ?? false])) as Record<`tag.${Tag}`, boolean>),
})

function valueOf(name: string, typed: Form[string]): unknown {
  if (typeof typed !== 'string' || (name !== 'phone' && name !== 'birth_year')) return typed
  const text = typed.trim()
  if (text === '') return null
  return name === 'birth_year' && /^\d+$/.test(text) ? Number(text) : text
}

/** These fields of a form as the phone takes them. */
export function valuesOf(form: Form, names: string[] = Object.keys(form)): NewValues {
  return Object.fromEntries(names.map((name) => [name, valueOf(name, form[name] ?? null)]))
}
