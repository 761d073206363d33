/** One function per operation of the office API. */
import { answer, client } from './client'
import type { components } from './schema'
import type {
  AccessEntry, Action, BundleTaken, CaseDetail, CaseFilter, CaseList, Catalog, Device, EnrolmentCode, GridRow, HouseholdFile, HouseholdList, Me,
  NewPerson, PastValue, Person, PersonAdded, PersonChange, PhotoManifest, QueueView, ResetLink, RevealRequest, Revealed, Review, Safety, SettleRequest, Stray, StrayFile, StrayReplayed, StreetChange, StreetRow,
} from './types'

type Schemas = components['schemas']
const byId = (id: string) => ({ params: { path: { id } } })
const byHash = (sha256: string) => ({ params: { path: { sha256 } } })

export const getSetup = () => answer<{ needed: boolean }>(client.GET('/v1/setup'))
export const setUp = (body: { token: string, street_name?: string, login: string, name: string, password: string }) =>
  answer<Me>(client.POST('/v1/setup', { body }))
export const resetPassword = (body: { token: string, password: string }) => answer<void>(client.POST('/v1/password-reset', { body }))

export const signIn = (login: string, password: string) => answer<Me>(client.POST('/v1/session', { body: { login, password } }))
export const signOut = () => answer<void>(client.DELETE('/v1/session'))
export const getMe = () => answer<Me>(client.GET('/v1/me'))

export const getSafety = () => answer<Safety>(client.GET('/v1/safety'))

export const listCases = (query: CaseFilter) => answer<CaseList>(client.GET('/v1/cases', { params: { query } }))
export const getCase = (id: string) => answer<CaseDetail>(client.GET('/v1/cases/{id}', byId(id)))
/** The same mutation id may be sent again after a lost answer: the server carries it out once. */
export const actOnCase = (id: string, act: Action & { id: string, from_state_rev: number }) =>
  answer<CaseDetail>(client.POST('/v1/cases/{id}/acts', { ...byId(id), body: act }))
export const chooseGrid = (id: string, grid: string) =>
  answer<CaseDetail>(client.PATCH('/v1/cases/{id}/place', { ...byId(id), body: { grid } }))

/** The body is the picture file itself, whatever its format. */
export const uploadPhoto = (picture: Blob, role: PhotoManifest['role']) => answer<PhotoManifest>(client.POST('/v1/photos', {
  params: { query: { role } }, body: picture as unknown as number[], bodySerializer: () => picture,
  headers: { 'content-type': picture.type.startsWith('image/') ? picture.type : 'application/octet-stream' },
}))
export const photoUrl = (sha256: string) => `/v1/photos/${sha256}`
export const requestOriginal = (sha256: string) => answer<void>(client.POST('/v1/photos/{sha256}/request-original', byHash(sha256)))

export const listQueues = () => answer<QueueView[]>(client.GET('/v1/queues'))
export const listGrids = () => answer<GridRow[]>(client.GET('/v1/grids'))
export const getCatalog = () => answer<Catalog>(client.GET('/v1/catalog'))

/** The street's base map. GeoJSON is described by its own standard, not by our document. */
export async function getBasemap(): Promise<GeoJSON.FeatureCollection> {
  const ask = async () => {
    const response = await globalThis.fetch('/v1/basemap', { credentials: 'same-origin' })
    const body: unknown = await response.json()
    return response.ok ? { data: body, response } : { error: body, response }
  }
  return answer<GeoJSON.FeatureCollection>(ask())
}

export const listHouseholds = (query: { q?: string, grid?: string, limit: number, offset: number }) =>
  answer<HouseholdList>(client.GET('/v1/households', { params: { query } }))
export const getHousehold = (id: string) => answer<HouseholdFile>(client.GET('/v1/households/{id}', byId(id)))
export const reveal = (household: string, body: RevealRequest) =>
  answer<Revealed>(client.POST('/v1/households/{id}/reveal', { ...byId(household), body }))

export const listReviews = () => answer<Review[]>(client.GET('/v1/reviews'))
export const readHistory = (household: string, reason: string) =>
  answer<PastValue[]>(client.POST('/v1/households/{id}/history', { ...byId(household), body: { reason } }))
export const settleReview = (household: string, body: SettleRequest) =>
  answer<void>(client.POST('/v1/households/{id}/settle', { ...byId(household), body: body as Schemas['SettleRequest'] }))

export const getStreet = () => answer<StreetRow>(client.GET('/v1/street'))
export const changeStreet = (body: StreetChange) => answer<StreetRow>(client.PATCH('/v1/street', { body }))

export const listPeople = () => answer<{ rows: Person[] }>(client.GET('/v1/people'))
export const addPerson = (body: NewPerson) => answer<PersonAdded>(client.POST('/v1/people', { body }))
export const changePerson = (id: string, body: PersonChange) => answer<Person>(client.PATCH('/v1/people/{id}', { ...byId(id), body }))
export const makeResetLink = (id: string) => answer<ResetLink>(client.POST('/v1/people/{id}/reset-link', byId(id)))
export const makeEnrolment = (user: string) => answer<EnrolmentCode>(client.POST('/v1/enrolments', { body: { user } }))

export const listDevices = () => answer<Device[]>(client.GET('/v1/devices'))
export const revokeDevice = (id: string, order: Schemas['RevokeOrder']) => answer<Device>(client.POST('/v1/devices/{id}/revoke', { ...byId(id), body: { order } }))
/** The body is the file that a phone exported. */
export const importBundle = (file: Blob) => answer<BundleTaken>(client.POST('/v1/bundles', {
  body: file as unknown as number[], bodySerializer: () => file, headers: { 'content-type': 'application/octet-stream' },
}))
export const listStrays = () => answer<Stray[]>(client.GET('/v1/strays'))
export const showStray = (id: string) => answer<StrayFile>(client.GET('/v1/strays/{id}', byId(id)))
export const handleStray = (id: string) => answer<void>(client.POST('/v1/strays/{id}/handled', byId(id)))
export const replayStray = (id: string) => answer<StrayReplayed>(client.POST('/v1/strays/{id}/replay', byId(id)))
export const listAccessLog = () => answer<AccessEntry[]>(client.GET('/v1/access-log'))
