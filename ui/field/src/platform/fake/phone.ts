// A phone in memory: believable enough to try the whole interface in a browser, to test it and to photograph it.
import type { FieldMark } from '@xunge/kit/generated/FieldMark'
import type { RevokeOrder } from '@xunge/kit/generated/RevokeOrder'
import type { WireError } from '@xunge/kit/generated/WireError'

import type { Port, Topic, Typed, TypedParts } from '../port'
import type { Draft, LatLon, LockView, ReportView, Session, SyncView, VisitView, Word } from '../types'
import { emptyDraft } from './drafts'
import { addResident, editHousehold, editResident, removeResident } from './edits'
import { previewOf } from './route'
import { photoView, seededReports, why } from './reports'
import { todayOf } from './today'
import { householdView, pageOf, seededVisits } from './visits'
import { baseMap, categoryById, households, ownCenter, profile, reference, type FakeHousehold } from './world'

/** How the fake phone behaves; a test changes these while it runs. */
export type Knobs = {
  now: () => number
  enrolled: boolean
  /** True: no records at all. */
  empty: boolean
  online: boolean
  /** Commands that fail, with their error. */
  failing: Partial<Record<keyof Port, WireError>>
  /** Commands that never answer. */
  hanging: Set<keyof Port>
  settings: Partial<Session['settings']>
  platform: Session['platform']
  position: boolean
  /** Why households are not shown. */
  locked: Session['locked']
  /** The office's order to the phone, still to be carried out; one to `lock` without the end of the enrolment is being confirmed. */
  takenBack: RevokeOrder | null
  /** The first of its own reports has a photo that this phone has lost. */
  lostPhoto: boolean
  wiped: boolean
  /** The server does not know this phone. */
  unknown: boolean
  /** Records of a colleague who has to sign in before they are sent. */
  heldBack: number
  /** True: it asks for its PIN, which is `PIN`. */
  behindPin: boolean
}

/** The PIN of the phone in memory. */
export const PIN = '260411'

export type FakePhone = Port & { knobs: Knobs; changed(topics: Topic[]): void; placePhotos(draft: string, position: LatLon): void; mark(household: string, mark: FieldMark): void; pull(household: string, file: Partial<FakeHousehold['household']>): void; look(settings: Partial<Session['settings']>): void }

/** A phone with the demo street on it. */
export function fakePhone(wishes: Partial<Knobs> = {}): FakePhone {
  const knobs: Knobs = { now: Date.now, enrolled: true, empty: false, online: true, failing: {}, hanging: new Set(), settings: {}, platform: 'desktop', position: true, locked: null, takenBack: null, lostPhoto: false, wiped: false, unknown: false, heldBack: 0, behindPin: false, ...wishes }
  return guarded(new Memory(knobs), knobs)
}

/** What answers behind the lock too. */
const OF_LOCK = new Set<keyof Port>(['getLock', 'setPin', 'changePin', 'unlock', 'lockNow', 'touch'])

/** Lets `knobs` make any command fail or hang. */
function guarded(memory: Memory, knobs: Knobs): FakePhone {
  return new Proxy(memory as unknown as FakePhone, {
    get(target, name: string) {
      if (name === 'knobs') return knobs
      const member: unknown = Reflect.get(target, name)
      if (typeof member !== 'function') return member
      const command = name as keyof Port
      const call = member.bind(target) as (...args: unknown[]) => unknown
      if (command === 'onChanged' || command === 'address' || name === 'changed' || name === 'placePhotos' || name === 'mark' || name === 'pull' || name === 'look') return call
      return async (...args: unknown[]) => {
        if (knobs.hanging.has(command)) return new Promise(() => undefined)
        const failure = knobs.failing[command]
        if (failure) throw failure
        if (memory.isLocked() && !OF_LOCK.has(command)) throw { code: 'locked' } satisfies WireError
        return structuredClone(await call(...args))
      }
    },
  })
}

class Memory implements Port {
  private session: Session
  private reports: ReportView[]
  private visits: VisitView[]
  private homes
  private ofOthers = 0
  private drafts = new Map<string, Draft>()
  private typed = new Map<string, TypedParts>()
  private uploads = new Map<string, { name: string; type: string; parts: string[]; size: number }>()
  private listeners = new Set<(topics: Topic[]) => void>()
  private counter = 0
  private pin: string | null
  private standing: LockView['standing']
  private wrong = 0

  constructor(private readonly knobs: Knobs) {
    this.pin = knobs.enrolled ? PIN : null
    this.standing = knobs.behindPin ? 'locked' : 'open'
    this.session = {
      enrolled: knobs.enrolled,
      revoked: knobs.unknown || knobs.locked === 'revoked',
      order: knobs.takenBack ?? (knobs.locked === 'revoked' ? 'lock' : null),
      wiped: knobs.wiped,
      locked: knobs.takenBack ? 'revoked' : knobs.locked,
      profile: knobs.enrolled ? profile : null,
      grid_name: knobs.enrolled ? (reference.grids.find((grid) => grid.id === profile.grids[0])?.name ?? null) : null,
      settings: { language: 'zh-CN', text_size: 100, theme: 'system', photos_on_mobile: false, network: 'auto', ...knobs.settings },
      app_version: '0.1.0',
      platform: knobs.platform,
      server: knobs.enrolled ? 'https://xunge.example' : null,
    }
    this.reports = knobs.empty ? [] : seededReports(knobs.now())
    const own = this.reports.find((report) => report.mine)
    if (knobs.lostPhoto && own) this.put({ ...own, word: 'needs_you', why: why('photo_lost', { facts_delivered: true }) })
    this.homes = knobs.empty ? [] : structuredClone(households)
    this.visits = knobs.empty ? [] : seededVisits(households, knobs.now())
  }

  changed(topics: Topic[]) {
    this.listeners.forEach((listener) => listener(topics))
  }

  onChanged(listener: (topics: Topic[]) => void) {
    this.listeners.add(listener)
    return () => void this.listeners.delete(listener)
  }

  address = (url: string) => (url === 'tile://localhost/base.json' ? `data:application/json,${encodeURIComponent(JSON.stringify(baseMap))}` : url)

  private name = (kind: string) => `${kind}-new-${++this.counter}`
  private draft(id: string): Draft {
    const draft = this.drafts.get(id)
    if (!draft) throw { code: 'not_found' } satisfies WireError
    return draft
  }
  private report(id: string): ReportView {
    const report = this.reports.find((one) => one.id === id)
    if (!report) throw { code: 'not_found' } satisfies WireError
    return { ...report, can_withdraw: !report.withdrawn && this.knobs.now() - report.captured_at < 600_000 }
  }
  private put(report: ReportView): ReportView {
    this.reports = this.reports.map((one) => (one.id === report.id ? report : one))
    this.changed(['reports', 'today', 'sync'])
    return report
  }

  isLocked = () => this.standing === 'locked'

  async getLock(): Promise<LockView> {
    const { language, text_size, theme } = this.session.settings
    const waiting = this.reports.filter((report) => report.word === 'on_phone').length
    return { standing: this.standing, has_pin: this.pin !== null, key_store: this.knobs.platform === 'android', retry_after_s: 0, front: { waiting, language, text_size, theme } }
  }
  private stand(standing: LockView['standing']) {
    this.standing = standing
    this.changed(['lock', 'session'])
    return this.getLock()
  }
  async setPin(pin: string) {
    if (/^(\d)\1*$/.test(pin) || '0123456789 9876543210'.includes(pin)) throw { code: 'pin_weak' } satisfies WireError
    this.pin = pin
    return this.stand('open')
  }
  private try(pin: string) {
    if (pin === this.pin) return void (this.wrong = 0)
    this.wrong += 1
    throw { code: 'pin_wrong', details: { retry_after_s: this.wrong > 4 ? 30 : 0 } } satisfies WireError
  }
  async changePin(old: string, pin: string) {
    this.try(old)
    return this.setPin(pin)
  }
  async unlock(pin: string) {
    this.try(pin)
    return this.stand('open')
  }
  async lockNow() {
    return this.stand('locked')
  }
  async touch() {}

  async getSession() {
    return this.session
  }
  async enrol({ code, server }: Parameters<Port['enrol']>[0]) {
    if (code.replace(/[\s-]/g, '').length !== 8) throw { code: 'code_invalid' } satisfies WireError
    this.session = { ...this.session, enrolled: true, revoked: false, order: null, locked: null, profile, grid_name: reference.grids.find((grid) => grid.id === profile.grids[0])?.name ?? null, server }
    this.standing = 'pin_due'
    this.changed(['session', 'lock'])
    return this.session
  }
  async readEnrolmentQr() {
    return { server: 'https://xunge.example', code: 'K7QM2R9A' }
  }
  async signOut() {
    const { unsent, photos_unsent: photos } = await this.getToday()
    const drafts = this.drafts.size
    if (unsent + photos + drafts > 0) throw { code: 'unsent_work', details: { unsent, photos, drafts } } satisfies WireError
    if (this.session.order === 'upload_then_wipe') throw { code: 'device_revoked' } satisfies WireError
    this.session = { ...this.session, enrolled: false, profile: null, grid_name: null, server: null }
    this.changed(['session'])
    return this.session
  }
  async switchUser(code: string) {
    if (code.replace(/[\s-]/g, '').length < 8) throw { code: 'code_invalid' } satisfies WireError
    // What the one before holds goes on waiting, and is not shown.
    this.ofOthers += this.reports.filter((report) => report.word !== 'delivered').length
    this.reports = []
    this.visits = []
    this.homes = []
    this.session = { ...this.session, profile: { ...profile, user: 'user-wang', name: '王磊' } }
    this.standing = 'pin_due'
    this.changed(['lock', 'session', 'today', 'reports', 'households', 'sync', 'map'])
    return this.getSession()
  }
  /** As set before the phone was locked. */
  look(settings: Partial<Session['settings']>) {
    this.session = { ...this.session, settings: { ...this.session.settings, ...settings } }
    this.changed(['session', 'sync', 'lock'])
  }
  async saveSettings(settings: Session['settings']) {
    this.session = { ...this.session, settings }
    this.changed(['session', 'sync'])
    return this.session
  }

  async getReference() {
    return reference
  }
  async searchCategories(query: string) {
    const words = query.trim().toLowerCase()
    return [...categoryById.values()].filter((row) => `${row.zh} ${row.en.toLowerCase()} ${row.pinyin}`.includes(words)).map((row) => row.id)
  }
  async suggestCategory(text: string) {
    const hints: [RegExp, string][] = [[/树/, 'tree-fallen'], [/牌/, 'sign-fallen'], [/积水|淹/, 'waterlogging'], [/路灯/, 'street-light'], [/垃圾/, 'exposed-waste'], [/井盖/, 'manhole'], [/滴水|龙头/, 'need-home-repair']]
    return hints.filter(([pattern]) => pattern.test(text)).map(([, id]) => id)
  }

  async beginUpload(name: string, size: number) {
    const upload = this.name('upload')
    this.uploads.set(upload, { name, type: name.endsWith('.png') ? 'image/png' : 'image/jpeg', parts: [], size })
    return upload
  }
  async appendUpload(upload: string, offset: number, base64: string) {
    const file = this.uploads.get(upload)
    if (!file) throw { code: 'not_found' } satisfies WireError
    file.parts.push(base64)
    return offset + Math.floor((base64.length * 3) / 4)
  }
  private picture(upload: string): string {
    const file = this.uploads.get(upload)
    if (!file || file.size === 0) throw { code: 'photo_empty' } satisfies WireError
    if (/\.(txt|pdf)$/i.test(file.name)) throw { code: 'photo_not_an_image' } satisfies WireError
    return `data:${file.type};base64,${file.parts.join('')}`
  }

  async openDraft(wish: Parameters<Port['openDraft']>[0]) {
    const begun = wish.about ? [...this.drafts.values()].find((one) => one.kind === wish.kind && one.about === wish.about) : undefined
    if (begun) return begun
    const draft = emptyDraft(this.name('draft'), wish, this.knobs.now())
    if (draft.report && this.knobs.position) draft.report.fix = { source: 'fix', point: { lat: 29.50352, lon: 106.53055 }, accuracy_m: 12 }
    this.drafts.set(draft.id, draft)
    return draft
  }
  async getDraft(id: string) {
    return this.draft(id)
  }
  async listDrafts() {
    return [...this.drafts.values()]
  }
  async saveDraft({ id, report, visit, note }: Parameters<Port['saveDraft']>[0]) {
    const draft = this.draft(id)
    const saved = { ...draft, report: report ?? draft.report, visit: visit ?? draft.visit, note: note ?? draft.note, updated_at: this.knobs.now() }
    this.drafts.set(id, saved)
    return saved
  }
  async discardDraft(id: string) {
    this.drafts.delete(id)
    this.changed(['today'])
  }
  async addPhoto(id: string, upload: string, role: Draft['photos'][number]['role']) {
    const draft = this.draft(id)
    // The phone cannot decode these; the page may be able to draw them.
    const odd = /\.hei[cf]$/i.test(this.uploads.get(upload)?.name ?? '')
    const url = odd ? null : this.picture(upload)
    const { manifest } = photoView(null, role, 'on_phone', why('waiting_for_turn'), upload)
    const kept: Draft['photos'][number] = { id: upload, role, manifest: odd ? { ...manifest, upright: null, preview: null, original: manifest.upright, flags: ['undecodable'] } : manifest, url }
    const saved = { ...draft, photos: [...draft.photos, kept], updated_at: this.knobs.now() }
    this.drafts.set(id, saved)
    return saved
  }
  async drawPhoto(id: string, photo: string, upload: string) {
    const draft = this.draft(id)
    const url = this.picture(upload)
    const photos = draft.photos.map((one) => (one.id === photo ? { ...one, id: upload, url, manifest: { ...photoView(null, one.role, 'on_phone', one.manifest.upright ? why('arrived') : why('waiting_for_turn'), upload).manifest, original: one.manifest.original } } : one))
    const saved = { ...draft, photos }
    this.drafts.set(id, saved)
    return saved
  }
  /** Lets the photos of a draft say where they were taken. */
  placePhotos(id: string, position: LatLon) {
    const draft = this.draft(id)
    const photos = draft.photos.map((one) => ({ ...one, manifest: { ...one.manifest, position } }))
    this.drafts.set(id, { ...draft, photos })
  }
  async removePhoto(id: string, photo: string) {
    const draft = this.draft(id)
    const saved = { ...draft, photos: draft.photos.filter((one) => one.id !== photo) }
    this.drafts.set(id, saved)
    return saved
  }
  async previewRoute(id: string) {
    return previewOf(this.draft(id), this.knobs.now())
  }

  async saveReport(id: string) {
    const draft = this.draft(id)
    const preview = previewOf(draft, this.knobs.now())
    if (preview.problems.length > 0) throw { code: 'invalid', details: { problems: preview.problems } } satisfies WireError
    const report = this.captured(draft, preview)
    this.reports = [report, ...this.reports.filter((one) => !draft.replaces || !one.refused.includes(draft.replaces))]
    this.drafts.delete(id)
    this.changed(['reports', 'today', 'sync', 'map'])
    return report
  }
  private captured(draft: Draft, preview: ReturnType<typeof previewOf>): ReportView {
    const reason = this.knobs.online ? why('sending_facts', { photos_waiting: draft.photos.length }) : why('no_network', { photos_waiting: draft.photos.length })
    const word = this.knobs.online ? 'sending' : 'on_phone'
    return {
      id: draft.id,
      category: draft.report?.category ?? 'other',
      text: draft.report?.text ?? '',
      place_label: draft.report?.address || (reference.grids.find((grid) => grid.id === preview.place.grid)?.name ?? ''),
      captured_at: this.knobs.now(),
      word,
      why: reason,
      case_number: null,
      case_state: null,
      lead_queue: preview.queue,
      photo_count: draft.photos.length,
      preview_url: draft.photos[0]?.url ?? null,
      can_withdraw: true,
      withdrawn: false,
      attention: false,
      mine: true,
      urgency: preview.urgency,
      due_at: preview.due_at,
      point: preview.place.chosen?.point ?? null,
      place: preview.place,
      photos: draft.photos.map((photo) => ({ role: photo.role, word, why: reason, preview_url: photo.url, url: photo.url, manifest: photo.manifest })),
      timeline: [],
      notes: [],
      routing: preview.reason,
      expectation: preview.queue && preview.reason ? { queue: preview.queue, rule: preview.reason.rule } : null,
      problems: [],
      refused: [],
    }
  }
  async listReports() {
    return this.reports.map((one) => this.report(one.id))
  }
  async getReport(id: string) {
    return this.report(id)
  }
  async saveNote(id: string) {
    const draft = this.draft(id)
    const text = draft.note?.text.trim() ?? ''
    if (!draft.about || (!text && draft.photos.length === 0)) throw { code: 'invalid', details: { problems: [{ field: 'text', problem: 'missing' }] } } satisfies WireError
    const reason = why(this.knobs.online ? 'sending_facts' : 'no_network')
    const word = this.knobs.online ? 'sending' : 'on_phone'
    const photos = draft.photos.map(({ role, url, manifest }) => ({ role, word: word as Word, why: reason, url, preview_url: url, manifest }))
    const report = this.report(draft.about)
    this.drafts.delete(id)
    this.put({ ...report, notes: [...report.notes, { id: this.name('note'), text, photos, captured_at: this.knobs.now(), word, why: reason }] })
  }
  async exportReport(id: string) {
    const report = this.reports.find((one) => one.id === id && one.mine && one.why.facts_delivered)
    if (!report) throw { code: 'not_found' } satisfies WireError
    return `/下载/xunge-${id}.json`
  }
  async withdrawReport(id: string) {
    const report = this.report(id)
    for (const draft of this.drafts.values()) if (draft.kind === 'withdrawal' && draft.about === id) this.drafts.delete(draft.id)
    if (!report.can_withdraw) throw { code: 'withdraw_window_over' } satisfies WireError
    return this.put({ ...report, withdrawn: true, can_withdraw: false, attention: false })
  }

  private refusedReport(mutation: string) {
    const found = this.reports.find((one) => one.refused.includes(mutation))
    if (!found) throw { code: 'not_found' } satisfies WireError
    return found
  }
  async getRefused(mutation: string) {
    const { id, category, captured_at, text, place, photos, why: reason, problems } = this.refusedReport(mutation)
    const lines = [text, place.address ?? ''].filter(Boolean)
    return { mutation, kind: 'report' as const, label: category, captured_at, error: reason.error, problems, lines, photos, report: id, household: null, can_revise: true }
  }
  async reviseRefused(mutation: string) {
    const { category, text, place, photos } = this.refusedReport(mutation)
    const begun = [...this.drafts.values()].find((one) => one.replaces === mutation)
    if (begun) return begun
    const blank = emptyDraft(this.name('draft'), { kind: 'report' }, this.knobs.now())
    const draft: Draft = {
      ...blank,
      replaces: mutation,
      report: blank.report && { ...blank.report, category, text, address: place.address, pin: place.chosen?.point ?? null, grid: place.grid },
      photos: photos.map(({ role, manifest, url }, at) => ({ id: manifest.upright?.sha256 ?? String(at), role, manifest, url })),
    }
    this.drafts.set(draft.id, draft)
    return draft
  }
  async dismissRefused(mutation: string) {
    const { id } = this.refusedReport(mutation)
    this.reports = this.reports.filter((one) => one.id !== id)
    this.changed(['reports', 'today', 'sync', 'map'])
  }

  async listHouseholds(ask: Parameters<Port['listHouseholds']>[0]) {
    if (this.session.locked) throw { code: 'households_locked', details: { why: this.session.locked } } satisfies WireError
    return pageOf(this.homes, this.visits, ask, this.knobs.now())
  }
  async getHousehold(id: string) {
    const home = this.homes.find((one) => one.household.id === id)
    if (!home) throw { code: 'not_found' } satisfies WireError
    return householdView(home, this.visits, this.knobs.now())
  }
  async saveVisit(id: string) {
    const draft = this.draft(id)
    if (!draft.visit || !draft.household) throw { code: 'not_found' } satisfies WireError
    if (draft.visit.outcome === 'met' && !draft.visit.condition) throw { code: 'invalid', details: { problems: [{ field: 'condition', problem: 'missing' }] } } satisfies WireError
    this.drafts.delete(id)
    this.visited({ ...draft.visit, id, household: draft.household, ended_at: this.knobs.now(), photos: [] })
  }
  async quickVisit(household: string, outcome: VisitView['outcome'], channel: VisitView['channel']) {
    const now = this.knobs.now()
    const condition = outcome === 'met' ? ('fine' as const) : null
    this.visited({ id: this.name('visit'), household, channel, reason: 'routine', started_at: now, ended_at: now, outcome, condition, facts: '', needs: [], promises: [], reflection: null, photos: [] })
  }
  async editHousehold(id: string, values: Record<string, unknown>) {
    return this.edited(id, (home) => editHousehold(home, values))
  }
  async addResident(id: string, values: Record<string, unknown>) {
    return this.edited(id, (home) => addResident(home, this.name('resident'), values))
  }
  async editResident(id: string, resident: string, values: Record<string, unknown>) {
    return this.edited(id, (home) => editResident(home, resident, values))
  }
  async removeResident(id: string, resident: string) {
    return this.edited(id, (home) => removeResident(home, resident))
  }
  async getTyped(id: string) {
    return this.typed.get(id) ?? {}
  }
  async keepTyped(id: string, part: string, typed: Typed | null) {
    const { [part]: _before, ...others } = this.typed.get(id) ?? {}
    this.typed.set(id, typed ? { ...others, [part]: typed } : others)
  }
  async dismissMerge(id: string, mutation: string) {
    return this.edited(id, (home) => (home.marks = home.marks.filter((mark) => mark.mutation !== mutation)))
  }
  /** As if the server had told of it. */
  mark(id: string, mark: FieldMark) {
    this.homes.find((one) => one.household.id === id)?.marks.push(mark)
  }
  /** What a colleague wrote comes with a pull. */
  pull(id: string, file: Partial<FakeHousehold['household']>) {
    const home = this.homes.find((one) => one.household.id === id)
    if (home) home.household = { ...home.household, ...file }
    this.changed(['households'])
  }
  private edited(id: string, edit: (home: FakeHousehold) => void) {
    const home = this.homes.find((one) => one.household.id === id)
    if (!home) throw { code: 'not_found' } satisfies WireError
    edit(home)
    this.changed(['households', 'today', 'sync'])
    return this.getHousehold(id)
  }
  private visited(visit: Omit<VisitView, 'author_label' | 'mine' | 'word' | 'why' | 'refused' | 'need_cases'>) {
    const word = this.knobs.online ? 'sending' : 'on_phone'
    this.visits = [{ ...visit, author_label: profile.name, mine: true, word, why: why(this.knobs.online ? 'sending_facts' : 'no_network'), refused: null, need_cases: [] }, ...this.visits]
    this.changed(['households', 'today', 'sync'])
  }

  async getToday() {
    return todayOf({ reports: this.reports, visits: this.visits, homes: this.homes, drafts: [...this.drafts.values()], seen: new Set() }, this.knobs.now())
  }
  async getSync(): Promise<SyncView> {
    const now = this.knobs.now()
    const waiting = this.reports.filter((report) => report.word !== 'delivered')
    const photos = waiting.reduce((sum, report) => sum + report.why.photos_waiting, 0)
    const worst = (['needs_you', 'sending', 'on_phone'] as const).find((word) => waiting.some((report) => report.word === word)) ?? 'delivered'
    return {
      word: this.knobs.online && waiting.length > 0 ? worst : waiting.length + this.ofOthers + this.knobs.heldBack > 0 ? 'on_phone' : 'delivered',
      network: this.knobs.online ? 'mobile' : 'none',
      rule: this.knobs.online ? 'facts_only' : 'nothing',
      facts_waiting: waiting.filter((report) => !report.why.facts_delivered).length,
      of_others: this.ofOthers,
      held_back: this.knobs.heldBack,
      photos_waiting: photos,
      bytes_waiting: photos * 612_000,
      last_success_at: now - (this.knobs.online ? 40_000 : 5_400_000),
      next_try_at: this.knobs.online ? null : now + 90_000,
      last_error: this.knobs.online ? null : 'unreachable',
      running: this.knobs.online && waiting.some((report) => report.word === 'sending'),
      items: waiting.map((report) => ({ kind: 'report', id: report.id, label: report.category, word: report.word, why: report.why, refused: report.refused[0] ?? null })),
      server_reachable: this.knobs.online,
      clock_skew_ms: 0,
    }
  }
  async exportBundle() {
    const { facts_waiting, photos_waiting, bytes_waiting } = await this.getSync()
    return { name: '20260310-102000-0a1b2c3d.xunge-bundle', folder: '/storage/emulated/0/Download', bytes: bytes_waiting + 4_096, records: facts_waiting, photos: photos_waiting }
  }

  async syncNow() {
    if (this.knobs.online) {
      this.reports = this.reports.map((report) => (report.word === 'sending' ? { ...report, word: 'delivered', why: why('arrived'), photos: report.photos.map((photo) => ({ ...photo, word: 'delivered', why: why('arrived') })) } : report))
      if (this.session.locked !== 'revoked') this.session = { ...this.session, locked: null }
      this.changed(['reports', 'households', 'session', 'today', 'sync'])
    }
    return this.getSync()
  }

  async getMap(): Promise<Awaited<ReturnType<Port['getMap']>>> {
    const due = new Map<string, { building: string; point: { lat: number; lon: number }; due: number }>()
    for (const row of pageOf(this.homes, this.visits, { query: '', limit: 999, offset: 0 }, this.knobs.now()).rows) {
      const point = this.homes.find((home) => home.household.id === row.id)?.household.point
      if (!row.overdue || !point) continue
      const building = `${row.estate} ${row.building}`
      due.set(building, { building, point, due: (due.get(building)?.due ?? 0) + 1 })
    }
    return {
      center: ownCenter,
      grids: reference.grids,
      own_grids: profile.grids,
      cases: this.reports.flatMap((report) =>
        report.point && !['closed', 'rejected'].includes(report.case_state ?? '')
          ? [{ id: report.id, case: null, report: report.id, point: report.point, category: report.category, urgency: report.urgency, state: report.case_state, mine: report.mine }]
          : [],
      ),
      households: [...due.values()],
      base: 'street',
      imported_zoom: null,
    }
  }
  async importMap(upload: string) {
    if (!this.uploads.get(upload)?.name.endsWith('.pmtiles')) throw { code: 'map_invalid' } satisfies WireError
    return this.getMap()
  }
  async getStorage() {
    return { photos: 48_300_000, photo_files: 131, databases: 3_900_000, maps: 820_000, free: 21_400_000_000 }
  }
  async getPosition() {
    return this.knobs.position ? { source: 'fix' as const, point: { lat: 29.50352, lon: 106.53055 }, accuracy_m: 12 } : null
  }
}
