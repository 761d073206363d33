// The port to the phone. Everything the interface knows comes through here; failures are `WireError`s.
import type { Channel } from '@xunge/kit/generated/Channel'
import type { VisitOutcome } from '@xunge/kit/generated/VisitOutcome'

import type {
  Draft,
  DraftEdit,
  EnrolmentQr,
  EnrolRequestView,
  HouseholdPage,
  HouseholdQuery,
  HouseholdView,
  LockView,
  MapView,
  NewDraft,
  PhotoRole,
  PlaceClaim,
  Reference,
  RefusedView,
  ReportSummary,
  ReportView,
  RoutePreview,
  Session,
  Settings,
  StorageView,
  BundleView,
  SyncView,
  Today,
} from './types'

/** What the phone says has changed; a screen reads again what it shows. */
export type Topic = 'session' | 'reference' | 'today' | 'reports' | 'households' | 'sync' | 'map' | 'lock'

/** A piece of a file: at most this many raw bytes cross the bridge at once (Android has no raw bytes). */
export const CHUNK_BYTES = 1024 * 1024

/** What is typed in a sheet and not saved, by name of the field: what was shown, and what is typed over it. */
export type Typed = Record<string, { was: string | boolean | null; now: string | boolean | null }>
/** By part of a household file: a resident, a new one, the file itself. */
export type TypedParts = Record<string, Typed>

export interface Port {
  /** Commands of the lock answer always; all others fail with `locked` while the phone is. */
  getLock(): Promise<LockView>
  /** After an enrolment; encrypts what is not encrypted yet. Fails with `pin_weak`, `busy` or `phone_full`. */
  setPin(pin: string): Promise<LockView>
  /** Fails with `pin_wrong`, `too_many_tries` or `pin_weak`. */
  changePin(old: string, pin: string): Promise<LockView>
  /** Fails with `pin_wrong` or `too_many_tries`, both with `retry_after_s`. */
  unlock(pin: string): Promise<LockView>
  lockNow(): Promise<LockView>
  /** Somebody uses the app. */
  touch(): Promise<void>

  getSession(): Promise<Session>
  /** Fails with `code_invalid`, `address_refused`, `unreachable`, `not_our_server` or `already_enrolled`. */
  enrol(request: EnrolRequestView): Promise<Session>
  /** Reads an enrolment from an uploaded picture; fails with `qr_not_found` or `qr_foreign`. */
  readEnrolmentQr(upload: string): Promise<EnrolmentQr>
  /** Fails with `unsent_work` while anything waits on this phone. */
  signOut(): Promise<Session>
  /** Signs another person in on this phone; fails with `code_invalid` or `unreachable`. */
  switchUser(code: string): Promise<Session>
  saveSettings(settings: Settings): Promise<Session>

  getReference(): Promise<Reference>
  /** Ids of categories and needs by words or pinyin initials, best first. */
  searchCategories(query: string): Promise<string[]>
  suggestCategory(text: string): Promise<string[]>

  /** Opens a temporary file on the phone; returns its name. */
  beginUpload(name: string, size: number): Promise<string>
  /** Appends base64 of at most `CHUNK_BYTES` raw bytes at `offset`; returns the new offset. */
  appendUpload(upload: string, offset: number, base64: string): Promise<number>

  /** A report has one open note and one open withdrawal at a time; asked again, it is the same one. */
  openDraft(draft: NewDraft): Promise<Draft>
  getDraft(id: string): Promise<Draft>
  listDrafts(): Promise<Draft[]>
  saveDraft(draft: DraftEdit): Promise<Draft>
  discardDraft(id: string): Promise<void>
  /** Durable before it returns. */
  addPhoto(draft: string, upload: string, role: PhotoRole): Promise<Draft>
  /** Hands over what the page drew of a photo the phone cannot decode. */
  drawPhoto(draft: string, photo: string, upload: string): Promise<Draft>
  removePhoto(draft: string, photo: string): Promise<Draft>
  /** Where a draft would go, by when and why; needs no network. */
  previewRoute(draft: string): Promise<RoutePreview>

  /** Fails with `invalid` and every problem. */
  saveReport(draft: string): Promise<ReportView>
  listReports(): Promise<ReportSummary[]>
  getReport(id: string): Promise<ReportView>
  /** Fails with `invalid` and every problem; the draft stays. */
  saveNote(draft: string): Promise<void>
  /** Fails with `withdraw_window_over` after ten minutes. */
  withdrawReport(report: string, reason: string): Promise<ReportView>
  /** Writes what the server confirmed of an own report into a file; returns where it is. */
  exportReport(report: string): Promise<string>

  /** A record the server refused; fails with `not_found` once it was sent anew or given up. */
  getRefused(mutation: string): Promise<RefusedView>
  /** Opens a draft with everything it holds; saving that sends a new record. */
  reviseRefused(mutation: string): Promise<Draft>
  /** Gives it up. */
  dismissRefused(mutation: string): Promise<void>

  listHouseholds(query: HouseholdQuery): Promise<HouseholdPage>
  getHousehold(id: string): Promise<HouseholdView>
  saveVisit(draft: string): Promise<void>
  quickVisit(household: string, outcome: VisitOutcome, channel: Channel): Promise<void>
  /**
   * New values by name of the field, and what the author saw of the fields when the sheet was opened: colleagues may have
   * written others since. Fails with `invalid` and every problem; only what the author changed is sent.
   */
  editHousehold(household: string, values: Record<string, unknown>, seen: Record<string, unknown>): Promise<HouseholdView>
  addResident(household: string, values: Record<string, unknown>): Promise<HouseholdView>
  editResident(household: string, resident: string, values: Record<string, unknown>, seen: Record<string, unknown>): Promise<HouseholdView>
  /** `seen` holds every field of the person. */
  removeResident(household: string, resident: string, seen: Record<string, unknown>): Promise<HouseholdView>
  /** What the person signed in has typed about a household and not saved. */
  getTyped(household: string): Promise<TypedParts>
  /** Durable before it returns; null forgets it. */
  keepTyped(household: string, part: string, typed: Typed | null): Promise<void>
  /** The worker has read what became of an edit that met a colleague's. */
  dismissMerge(household: string, mutation: string): Promise<HouseholdView>

  getToday(): Promise<Today>
  getSync(): Promise<SyncView>
  syncNow(): Promise<SyncView>
  exportBundle(): Promise<BundleView>
  getMap(): Promise<MapView>
  /** Replaces the base map by an uploaded PMTiles archive; fails with `map_invalid`. */
  importMap(upload: string): Promise<MapView>
  getStorage(): Promise<StorageView>
  /** The phone's position, or null: a missing position is never a zero. */
  getPosition(): Promise<PlaceClaim | null>

  /** Calls `listener` when the phone's data changed; returns how to stop. */
  onChanged(listener: (topics: Topic[]) => void): () => void
  /** Address under which the web view can load `photo://…` and `tile://…` here. */
  address(url: string): string
}
