// The demo street as the fake phone knows it: the same invented people the server's demo starts with.
import type { FieldMark } from '@xunge/kit/generated/FieldMark'
import type { Household } from '@xunge/kit/generated/Household'
import type { Profile } from '@xunge/kit/generated/Profile'
import type { Resident } from '@xunge/kit/generated/Resident'
import type { FeatureCollection } from 'geojson'

import base from '../../../../../demo/base.json'
import street from '../../../../../demo/street.json'
import type { CategoryView, GridRow, LatLon, QueueRow, Reference } from '../types'
import catalog from './catalog.json'

/** A category with what only routing needs. */
export type FakeCategory = CategoryView & {
  assists: string[]
  limit: { amount: number; unit: string } | null
  make_safe: { amount: number; unit: string } | null
  auto_dispatch: boolean
  question: { answers: { id: string; urgency: number | null; lead: string | null }[] } | null
}

export type FakeHousehold = { household: Household; residents: Resident[]; marks: FieldMark[]; last_visit_days_ago: number | null }

const grids = street.grids as unknown as GridRow[]
const categories = catalog.categories as unknown as FakeCategory[]
const needs = catalog.needs as unknown as FakeCategory[]

const worker = street.people.find((person) => person.login === 'li')

/** The person of this phone. */
export const profile: Profile = {
  user: 'user-li',
  name: worker?.name ?? '李晓芸',
  street: street.street.id,
  street_name: street.street.name,
  community: worker?.communities[0] ?? null,
  grids: worker?.grids ?? [],
  lease_days: 14,
}

const queue = (row: { id: string; label_zh: string; label_en: string }): QueueRow => ({
  ...row,
  staffed: true,
  may_return: row.id !== 'triage',
  phone: null,
})

export const reference: Reference = {
  street: {
    id: street.street.id,
    name: street.street.name,
    time_zone: street.street.time_zone,
    triage_first: [],
    disabled_categories: [],
    calendar: { holidays: [], make_up_days: [] },
  },
  categories,
  needs,
  queues: [...catalog.queues, ...street.queues].map(queue),
  grids,
  frequent: ['tree-fallen', 'sign-fallen', 'waterlogging', 'exposed-waste', 'street-light', 'manhole', 'road-damage', 'fire-lane', 'other'],
}

/** Categories and needs by id. */
export const categoryById = new Map([...categories, ...needs].map((row) => [row.id, row]))

/** The grids' base map. */
export const baseMap = base as unknown as FeatureCollection

/** Households of the person's own grids. */
export const households: FakeHousehold[] = street.households
  .filter((row) => profile.grids.includes(row.grid))
  .map(({ residents, last_visit_days_ago, ...household }) => ({
    household: household as Household,
    residents: residents as unknown as Resident[],
    marks: [],
    last_visit_days_ago,
  }))

/** Where the map begins: the middle of the person's first grid. */
export const ownCenter: LatLon | null = middleOf(grids.find((grid) => profile.grids[0] === grid.id)?.rings[0])

function middleOf(ring: [number, number][] | undefined): LatLon | null {
  if (!ring) return null
  const middle = (values: number[]) => (Math.min(...values) + Math.max(...values)) / 2
  return { lat: middle(ring.map(([, lat]) => lat)), lon: middle(ring.map(([lon]) => lon)) }
}
