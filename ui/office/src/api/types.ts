/**
 * The shapes the office API answers with, under the names the screens use. They come from `schema.d.ts`, which
 * `npm run schema` generates from the server's own description.
 */
import type { components, operations } from './schema'

type Schemas = components['schemas']

/** The server writes every field of an answer; the description marks fields optional because it is read in requests too. */
type Written<T> = T extends readonly (infer Item)[] ? Written<Item>[]
  : T extends object ? { [Key in keyof T]-?: Written<Exclude<T[Key], undefined>> } : T

export type Action = Schemas['Action']
export type ActionName = Schemas['ActionName']
export type CaseFilter = NonNullable<operations['list_cases']['parameters']['query']>
export type CaseState = Schemas['CaseState']
export type ErrorCode = Schemas['ErrorCode']
export type NewPerson = Written<Schemas['NewPerson']>
export type Permission = Schemas['Permission']
export type PersonChange = Schemas['PersonChange']
export type RevealField = Schemas['RevealField']
export type RevealRequest = Schemas['RevealRequest']
export type Role = Schemas['Role']

export type AccessEntry = Written<Schemas['AccessEntry']>
export type AllowedAction = Written<Schemas['AllowedAction']>
export type BundleTaken = Written<Schemas['BundleTaken']>
export type CaseDetail = Written<Schemas['CaseDetail']>
export type CaseList = Written<Schemas['CaseList']>
export type CaseListRow = Written<Schemas['CaseListRow']>
export type CaseRow = Written<Schemas['CaseRow']>
export type Catalog = Written<Schemas['Catalog']>
export type CategoryView = Written<Schemas['CategoryView']>
export type ClockView = Written<Schemas['ClockView']>
export type Contact = Written<Schemas['Contact']>
export type Device = Written<Schemas['DeviceView']>
export type EnrolmentCode = Written<Schemas['EnrolmentCode']>
export type GridRow = Omit<Written<Schemas['GridRow']>, 'rings'> & { rings: [number, number][][] }
/** The office reads histories instead of the revisions that phones build on. */
export type HouseholdFile = Omit<Written<Schemas['HouseholdFile']>, 'household'> & { household: Omit<Written<Schemas['HouseholdRow']>, 'fields'> }
export type HouseholdList = Written<Schemas['HouseholdList']>
export type HouseholdListRow = Written<Schemas['HouseholdListRow']>
export type LatLon = Written<Schemas['LatLon']>
export type Me = Written<Schemas['Me']>
export type NearbyCase = Written<Schemas['NearbyCase']>
export type OrderView = Written<Schemas['OrderView']>
export type PastValue = Omit<Written<Schemas['PastValue']>, 'value'> & { value: unknown }
export type Person = Written<Schemas['PersonView']>
export type PersonAdded = Written<Schemas['PersonAdded']>
export type PhotoManifest = Written<Schemas['PhotoManifest']>
export type QueueView = Written<Schemas['QueueView']>
export type ResetLink = Written<Schemas['ResetLink']>
export type Resident = Written<Schemas['Resident']>
export type Revealed = Written<Schemas['Revealed']>
export type Review = Written<Schemas['Review']>
export type RoutingReason = Written<Schemas['RoutingReason']>
export type Safety = Written<Schemas['Safety']>
export type SettleRequest = Omit<Schemas['SettleRequest'], 'value'> & { value: unknown }
export type StreetChange = Schemas['StreetChange']
export type StreetRow = Written<Schemas['StreetRow']>
export type Stray = Written<Schemas['StrayView']>
export type StrayFile = Written<Schemas['StrayFile']>
export type StrayReplayed = Written<Schemas['StrayReplayed']>
export type TimelineEntry = Written<Schemas['TimelineEntry']>
export type VisitRow = Written<Schemas['VisitRow']>
