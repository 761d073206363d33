// Edits of household files on the fake phone.
import type { FieldMark } from '@xunge/kit/generated/FieldMark'
import type { Household } from '@xunge/kit/generated/Household'
import type { Problem } from '@xunge/kit/generated/Problem'
import type { Resident } from '@xunge/kit/generated/Resident'
import type { WireError } from '@xunge/kit/generated/WireError'

import type { FakeHousehold } from './world'

type Values = Record<string, unknown>

function check(values: Values) {
  const problems: Problem[] = []
  if (typeof values['name'] === 'string' && values['name'].trim() === '') problems.push({ field: 'name', problem: 'missing' })
  if (typeof values['phone'] === 'string' && !/^[0-9+\-() ]*$/.test(values['phone'])) problems.push({ field: 'phone', problem: 'malformed' })
  if (typeof values['birth_year'] === 'string') problems.push({ field: 'birth_year', problem: 'malformed' })
  if (problems.length > 0) throw { code: 'invalid', details: { problems } } satisfies WireError
}

const waiting = (entity: string, field: string, mine: unknown): FieldMark => ({ entity, field, mark: 'waiting', mine, mutation: 'edit-1' })

function changed(home: FakeHousehold, entity: string, before: Values, values: Values): Values {
  const differs = Object.entries(values).filter(([field, value]) => JSON.stringify(before[field]) !== JSON.stringify(value))
  home.marks = [...home.marks, ...differs.map(([field, value]) => waiting(entity, field, value))]
  return Object.fromEntries(differs)
}

export function editHousehold(home: FakeHousehold, values: Values) {
  check(values)
  const fresh = changed(home, home.household.id, home.household, values)
  home.household = { ...home.household, ...(fresh as Partial<Household>) }
}

const asValues = (resident: Resident): Values => ({ ...resident, ...Object.fromEntries(resident.tags.map((tag) => [`tag.${tag}`, true])) })

function written(resident: Resident, values: Values): Resident {
  const tags = Object.entries(values).filter(([name, value]) => name.startsWith('tag.') && value === true)
  const plain = Object.fromEntries(Object.entries(values).filter(([name]) => !name.startsWith('tag.')))
  return { ...resident, ...(plain as Partial<Resident>), tags: tags.map(([name]) => name.slice(4) as Resident['tags'][number]) }
}

export function editResident(home: FakeHousehold, id: string, values: Values) {
  check(values)
  const known = home.residents.find((one) => one.id === id)
  if (!known) throw { code: 'not_found' } satisfies WireError
  const tagsOff = Object.fromEntries(Object.keys(values).filter((name) => name.startsWith('tag.')).map((name) => [name, false]))
  changed(home, id, { ...tagsOff, ...asValues(known) }, values)
  home.residents = home.residents.map((one) => (one.id === id ? written(one, values) : one))
}

export function addResident(home: FakeHousehold, id: string, values: Values) {
  check({ name: '', ...values })
  const blank: Resident = { id, household: home.household.id, name: '', sex: null, birth_year: null, relation: '', phone: null, tags: [] }
  home.residents = [...home.residents, written(blank, values)]
  home.marks = [...home.marks, waiting(id, 'added', null)]
}

export function removeResident(home: FakeHousehold, id: string) {
  home.residents = home.residents.filter((one) => one.id !== id)
  home.marks = [...home.marks.filter((mark) => mark.entity !== id), waiting(id, 'removed', true)]
}
