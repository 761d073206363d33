/**
 * The shapes the office API speaks, under the names the screens use.
 * One place, so that a change of the contract is felt here first.
 */
import type { Announcement } from '@xunge/kit/generated/Announcement'
import type { Action } from '@xunge/kit/generated/Action'
import type { CategoryView } from '@xunge/kit/generated/CategoryView'
import type { CaseRow } from '@xunge/kit/generated/CaseRow'
import type { CaseState } from '@xunge/kit/generated/CaseState'
import type { ErrorCode } from '@xunge/kit/generated/ErrorCode'
import type { GridRow } from '@xunge/kit/generated/GridRow'
import type { HouseholdRow } from '@xunge/kit/generated/HouseholdRow'
import type { LatLon } from '@xunge/kit/generated/LatLon'
import type { NeedCase } from '@xunge/kit/generated/NeedCase'
import type { PhotoManifest } from '@xunge/kit/generated/PhotoManifest'
import type { QueueRow } from '@xunge/kit/generated/QueueRow'
import type { Resident } from '@xunge/kit/generated/Resident'
import type { RoutingReason } from '@xunge/kit/generated/RoutingReason'
import type { Tag } from '@xunge/kit/generated/Tag'
import type { Condition } from '@xunge/kit/generated/Condition'
import type { Tenure } from '@xunge/kit/generated/Tenure'
import type { TimelineEntry } from '@xunge/kit/generated/TimelineEntry'
import type { VisitRow } from '@xunge/kit/generated/VisitRow'

export type {
  Action, CategoryView, CaseRow, CaseState, ErrorCode, GridRow, HouseholdRow, LatLon, PhotoManifest, Resident, RoutingReason,
  TimelineEntry, VisitRow,
}

export type ActionName = Action['action']

export type Role =
  | 'grid_worker' | 'community_secretary' | 'triage_officer' | 'street_head' | 'department_member'
  | 'organisation_member' | 'auditor' | 'administrator'

export interface Me {
  user: string
  login: string
  name: string
  roles: Role[]
  permissions: string[]
  queues: string[]
  communities: string[]
  grids: string[]
  street: string
  street_name: string
  time_zone: string
  language: string
}

export interface CaseListRow {
  id: string
  number: string
  state: CaseState
  state_rev: number
  category: string
  urgency: number
  lead_queue: string
  assists: string[]
  routing: RoutingReason
  address: string | null
  point: LatLon | null
  grid: string | null
  other_grid: string | null
  text: string
  preview: string | null
  preview_stored: boolean
  photos: number
  photos_stored: number
  captured_at: number
  received_at: number
  stage_due: number | null
  due_at: number | null
  from_visit: boolean
  mine: boolean
}

export interface CaseList {
  rows: CaseListRow[]
  total: number
  next: string | null
  by_state: { state: CaseState, count: number }[]
  by_queue: { queue: string, count: number, overdue: number }[]
}

export interface CaseFilter {
  queue?: string
  state?: string
  community?: string
  grid?: string
  category?: string
  q?: string
  mine?: boolean
  due?: 'today' | 'overdue'
  limit?: number
  before?: string
}

export interface AllowedAction {
  action: ActionName
  allowed: boolean
  refusal: ErrorCode | null
}

export interface ClockView {
  stage: string
  started_at: number
  due_at: number
  done_at: number | null
  running: boolean
}

export interface OrderView {
  id: string
  queue: string
  lead: boolean
  note: string
  is_final: boolean
  opened_at: number
  accepted_at: number | null
  closed_at: number | null
  outcome: string | null
}

export interface NearbyCase {
  id: string
  number: string
  category: string
  state: CaseState
  distance_m: number
  received_at: number
}

export interface CaseDetail {
  row: CaseRow
  orders: OrderView[]
  allowed: AllowedAction[]
  clocks: ClockView[]
  nearby: NearbyCase[]
}

export interface Catalog { version: number, categories: CategoryView[], needs: CategoryView[] }

export interface QueueView extends QueueRow { open: number, overdue: number, mine: boolean }

export interface HouseholdListRow {
  id: string
  grid: string
  head: string
  estate: string
  building: string
  unit: string
  room: string
  tenure: Tenure
  tags: Tag[]
  residents: number
  last_visit: number | null
  last_condition: Condition | null
  next_due: number | null
  overdue: boolean
}

export interface HouseholdList { rows: HouseholdListRow[], total: number }

export interface Look { at: number, user: string, name: string, what: string, field: string | null, reason: string | null }

export interface HouseholdFile {
  household: HouseholdRow
  residents: Resident[]
  visits: VisitRow[]
  needs: NeedCase[]
  looks: Look[]
}

export type RevealField = 'household_phone' | 'resident_name' | 'resident_phone'
export interface RevealRequest { field: RevealField, resident: string | null, reason: string }
export interface Revealed { value: string | null, hide_after_s: number }

export interface Person {
  id: string
  login: string
  name: string
  roles: Role[]
  queues: string[]
  communities: string[]
  grids: string[]
  active: boolean
  has_password: boolean
  phones: number
}

export type NewPerson = Pick<Person, 'login' | 'name' | 'roles' | 'queues' | 'communities' | 'grids'>
export type PersonChange = Partial<Pick<Person, 'name' | 'roles' | 'queues' | 'communities' | 'grids' | 'active'>>

export interface ResetLink { token: string, path: string, url: string | null, expires_at: number }
export interface PersonAdded { person: Person, link: ResetLink }

export interface EnrolmentCode { code: string, uri: string | null, qr_svg: string | null, server: string | null, expires_at: number }

export interface Device {
  id: string
  user: string
  user_name: string
  name: string
  app_version: string
  enrolled_at: number
  last_seen_at: number | null
  revoked: boolean
  announce: Announcement | null
}

export interface Stray {
  mutation: string
  device: string
  author: string
  author_name: string
  kind: string
  code: ErrorCode
  parked: boolean
  at: number
}

export interface AccessEntry {
  at: number
  user: string
  name: string
  what: string
  subject_kind: string
  subject: string
  field: string | null
  reason: string | null
}
