/** One function per endpoint of the office API. */
import { query, request } from './client'
import type {
  AccessEntry, Action, CaseDetail, CaseFilter, CaseList, Catalog, Device, EnrolmentCode, GridRow, HouseholdFile,
  HouseholdList, Me, NewPerson, Person, PersonAdded, PersonChange, PhotoManifest, QueueView, ResetLink, RevealRequest, Revealed, Stray,
} from './types'

const id = encodeURIComponent

export const getSetup = () => request<{ needed: boolean }>('GET', '/v1/setup')
export const setUp = (body: { token: string, street_name?: string, login: string, name: string, password: string }) =>
  request<Me>('POST', '/v1/setup', body)
export const resetPassword = (body: { token: string, password: string }) =>
  request<unknown>('POST', '/v1/password-reset', body)

export const signIn = (login: string, password: string) => request<Me>('POST', '/v1/session', { login, password })
export const signOut = () => request<unknown>('DELETE', '/v1/session')
export const getMe = () => request<Me>('GET', '/v1/me')

export const listCases = (filter: CaseFilter) => request<CaseList>('GET', `/v1/cases${query({ ...filter })}`)
export const getCase = (name: string) => request<CaseDetail>('GET', `/v1/cases/${id(name)}`)
/** The same mutation id may be sent again after a lost answer: the server applies it once. */
export const actOnCase = (name: string, act: Action & { id: string, from_state_rev: number }) =>
  request<CaseDetail>('POST', `/v1/cases/${id(name)}/acts`, act)
export const chooseGrid = (name: string, grid: string) =>
  request<CaseDetail>('PATCH', `/v1/cases/${id(name)}/place`, { grid })

export const uploadPhoto = (picture: Blob, role: PhotoManifest['role']) =>
  request<PhotoManifest>('POST', `/v1/photos${query({ role })}`, picture)
export const photoUrl = (sha256: string) => `/v1/photos/${sha256}`
export const requestOriginal = (sha256: string) => request<unknown>('POST', `/v1/photos/${sha256}/request-original`)

export const listQueues = () => request<QueueView[]>('GET', '/v1/queues')
export const listGrids = () => request<GridRow[]>('GET', '/v1/grids')
export const getCatalog = () => request<Catalog>('GET', '/v1/catalog')
export const getBasemap = () => request<GeoJSON.FeatureCollection>('GET', '/v1/basemap')

export const listHouseholds = (filter: { q?: string, grid?: string, limit: number, offset: number }) =>
  request<HouseholdList>('GET', `/v1/households${query(filter)}`)
export const getHousehold = (name: string) => request<HouseholdFile>('GET', `/v1/households/${id(name)}`)
export const reveal = (household: string, body: RevealRequest) =>
  request<Revealed>('POST', `/v1/households/${id(household)}/reveal`, body)

export const listPeople = () => request<{ rows: Person[] }>('GET', '/v1/people')
export const addPerson = (body: NewPerson) => request<PersonAdded>('POST', '/v1/people', body)
export const changePerson = (name: string, body: PersonChange) =>
  request<Person>('PATCH', `/v1/people/${id(name)}`, body)
export const makeResetLink = (name: string) => request<ResetLink>('POST', `/v1/people/${id(name)}/reset-link`)
export const makeEnrolment = (user: string) => request<EnrolmentCode>('POST', '/v1/enrolments', { user })

export const listDevices = () => request<Device[]>('GET', '/v1/devices')
export const revokeDevice = (name: string) => request<unknown>('POST', `/v1/devices/${id(name)}/revoke`)
export const listStrays = () => request<Stray[]>('GET', '/v1/strays')
export const listAccessLog = () => request<AccessEntry[]>('GET', '/v1/access-log')
