/**
 * The office API in memory: for developing screens, for tests of components and for screenshots.
 * It answers with the same shapes as the server and keeps no promise beyond that.
 */
import type { AccessEntry, BundleTaken, Action, CaseList, CaseListRow, CaseRow, Device, EnrolmentCode, ErrorCode, Me, Person, PersonAdded, ResetLink, Safety, Stray, StrayFile, StrayReplayed, StreetRow } from '../src/api/types.ts'
import { apply, detail, moved } from './acts.ts'
import { filesOf, makeCase, photo, seeds } from './cases.ts'
import { file, history, reviews, secret, settle, summary } from './households.ts'
import { picture } from './picture.ts'
import { basemap, categories, grids, needs, people as peopleSeed, PERMISSIONS, queues } from './street.ts'

class Refusal extends Error {
  constructor(readonly code: ErrorCode, readonly status: number, readonly details?: unknown) { super(code) }
}

const json = (body: unknown, status = 200, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } })

/** A QR-like drawing: three finders and a pattern. Not readable, only to look at. */
const FINDERS = [[0, 0], [18, 0], [0, 18]] as const
const dots = Array.from({ length: 625 }, (_, n) => [n % 25, Math.floor(n / 25)] as const)
  .filter(([x, y]) => !FINDERS.some(([a, b]) => x >= a - 1 && x <= a + 7 && y >= b - 1 && y <= b + 7) && (x * 7919 + y * 104_729 + x * y * 31) % 11 < 5)
const qr = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-2 -2 29 29" shape-rendering="crispEdges"><rect x="-2" y="-2" width="29" height="29" fill="#fff"/>${FINDERS.map(([x, y]) => `<path d="M${x} ${y}h7v7h-7zm1 1v5h5v-5zm1 1h3v3h-3z" fill-rule="evenodd"/>`).join('')}<path d="${dots.map(([x, y]) => `M${x} ${y}h1v1h-1z`).join('')}"/></svg>`

export class FakeOffice {
  cases: CaseRow[]
  people: Person[] = peopleSeed.map((one) => ({ ...one }))
  street: StreetRow = {
    id: 'yx', name: '银杏街道', time_zone: 'Asia/Shanghai', triage_first: ['vendor'], disabled_categories: [],
    calendar: { holidays: ['2026-10-01', '2026-10-02', '2026-10-05', '2026-10-06', '2026-10-07'], make_up_days: ['2026-10-10'] },
  }
  setupNeeded = false
  safety: Safety = { read_only_at: null, backed_up_at: 1_772_413_200_000, at_risk: false, on_postgres: false }
  uploads = 900
  readonly log: AccessEntry[] = []
  private readonly listeners = new Set<() => void>()
  private readonly revoked = new Map<string, Device['order']>()
  private readonly settled = new Set<string>()
  private readonly carried = new Set<string>()

  constructor(private readonly clock: () => number = Date.now) {
    this.cases = seeds.map((seed, n) => makeCase(seed, n + 1, this.clock())).sort((a, b) => b.received_at - a.received_at)
    const names = ['林晓', '林晓', '吴强']
    names.forEach((name, n) => this.log.push({ at: this.clock() - (n + 1) * 5_000_000, user: `u-${n}`, name, what: n === 2 ? 'open' : 'reveal', subject_kind: n === 2 ? 'household' : 'resident', subject: n === 2 ? 'h-12' : `p-${n}-0`, field: n === 2 ? null : 'resident_phone', reason: n === 2 ? null : '电话联系' }))
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** A new report comes in, as from a phone. */
  arrive(n = 0): CaseRow {
    const made = makeCase({ ...seeds[(n + 4) % seeds.length]!, minutes: 0, text: `刚刚上报的第 ${n + 1} 条` }, this.cases.length + 1, this.clock())
    this.cases.unshift(made)
    this.tell()
    return made
  }

  /** Somebody else acts on a case. */
  act(id: string, act: Action, login: string) {
    const who = this.people.find((one) => one.login === login)
    if (!who) throw new Error(`nobody is called ${login}`)
    this.cases = this.cases.map((row) => (row.id === id ? apply(row, act, who, this.clock()) : row))
    this.tell()
  }

  private tell() { this.listeners.forEach((listener) => listener()) }

  async handle(request: Request): Promise<Response> {
    try {
      return await this.route(request)
    } catch (error) {
      if (error instanceof Refusal) return json({ error: { code: error.code, details: error.details } }, error.status)
      throw error
    }
  }

  private who(request: Request): Person {
    const login = /fake_user=([a-z]+)/.exec(request.headers.get('cookie') ?? request.headers.get('x-fake-user') ?? '')?.[1]
    const found = this.people.find((one) => one.login === login)
    if (!found) throw new Refusal('unauthenticated', 401)
    return found
  }

  private me(one: Person): Me {
    return { user: one.id, login: one.login, name: one.name, roles: one.roles, permissions: [...new Set(one.roles.flatMap((role) => PERMISSIONS[role] ?? []))], queues: one.queues, communities: one.communities, grids: one.grids, street: 'yx', street_name: '银杏街道', time_zone: 'Asia/Shanghai', language: 'zh-CN' }
  }

  private async route(request: Request): Promise<Response> {
    const url = new URL(request.url, 'http://fake')
    const [, , resource = '', id = '', verb = ''] = url.pathname.split('/').map(decodeURIComponent)
    const key = `${request.method} ${resource}${id ? '/:id' : ''}${verb ? `/${verb}` : ''}`
    const body = async () => (await request.json()) as Record<string, unknown>
    if (request.method !== 'GET' && request.headers.get('x-xunge') !== 'office') throw new Refusal('forbidden', 403)
    switch (key) {
      case 'GET setup': return json({ needed: this.setupNeeded })
      case 'POST setup': { const { token, password } = await body() as { token: string, password: string }; if (token === 'expired') throw new Refusal('link_invalid', 410); if (password.length < 10) throw new Refusal('password_weak', 422); this.setupNeeded = false; return json(this.me(this.people[0]!), 200, { 'set-cookie': 'fake_user=admin; Path=/; HttpOnly; SameSite=Strict' }) }
      case 'POST password-reset': { const { token, password } = await body() as { token: string, password: string }; if (token === 'expired') throw new Refusal('link_invalid', 410); if (password.length < 10) throw new Refusal('password_weak', 422); return json({}) }
      case 'POST session': {
        const { login, password } = await body() as { login: string, password: string }
        const found = this.people.find((one) => one.login === login && one.active)
        if (!found || password !== 'demo-password') throw new Refusal('wrong_credentials', 401)
        return json(this.me(found), 200, { 'set-cookie': `fake_user=${login}; Path=/; HttpOnly; SameSite=Strict` })
      }
      case 'DELETE session': return json({}, 200, { 'set-cookie': 'fake_user=; Path=/; Max-Age=0' })
    }
    return this.signedIn(key, id, url, request, this.who(request), body)
  }

  private async signedIn(key: string, id: string, url: URL, request: Request, who: Person, body: () => Promise<Record<string, unknown>>): Promise<Response> {
    const now = this.clock()
    switch (key) {
      case 'GET me': return json(this.me(who))
      case 'GET safety': return json(this.safety)
      case 'GET queues': return json(queues.map((one) => ({ ...one, open: this.cases.filter((row) => row.lead_queue === one.id && !['closed', 'void', 'rejected', 'merged'].includes(row.state)).length, mine: who.queues.includes(one.id) })))
      case 'GET grids': return json(grids)
      case 'GET catalog': return json({ version: 1, categories, needs })
      case 'GET basemap': return json(basemap)
      case 'GET cases': return json(this.list(url.searchParams, who))
      case 'GET cases/:id': return json(detail(this.found(id, who), who, this.cases))
      case 'POST cases/:id/acts': {
        const { id: _mutation, from_state_rev, ...act } = await body() as unknown as Action & { id: string, from_state_rev: number }
        const row = this.found(id, who)
        if (row.state_rev !== from_state_rev) throw new Refusal('stale', 409, { now: row.state, state_rev: row.state_rev })
        const may = detail(row, who, []).allowed.find((one) => one.action === act.action)
        if (!may?.allowed) throw new Refusal(may?.refusal ?? 'state_refuses_action', 409)
        this.act(id, act as Action, who.login)
        // Who gives a case back still gets the answer, and then loses sight of it.
        return json(detail(this.cases.find((one) => one.id === id) ?? row, who, this.cases))
      }
      case 'PATCH cases/:id/place': {
        const { grid } = await body() as { grid: string }
        this.cases = this.cases.map((row) => (row.id === id ? moved(row, grid, who, now) : row))
        return json(detail(this.found(id, who), who, this.cases))
      }
      case 'POST photos': { const made = photo(this.uploads++, 'after'); await request.arrayBuffer(); if (filesOf([made]).length === 0) throw new Refusal('photo_damaged', 422); return json({ ...made, original: null }) }
      case 'GET photos/:id': return new Response(picture(Number(id.slice(2, 6)), id.startsWith('a')), { headers: { 'content-type': 'image/svg+xml', 'cache-control': 'max-age=600' } })
      case 'POST photos/:id/request-original': return json({})
      case 'GET households': return json(this.households(url.searchParams, now))
      case 'GET households/:id': return json(file(Number(id.slice(2)), now))
      case 'POST households/:id/reveal': {
        const { field, resident, reason } = await body() as { field: string, resident: string | null, reason: string }
        if (!reason) throw new Refusal('invalid', 422, { problems: [{ field: 'reason', problem: 'missing' }] })
        this.log.unshift({ at: now, user: who.id, name: who.name, what: 'reveal', subject_kind: resident ? 'resident' : 'household', subject: resident ?? id, field, reason })
        return json({ value: secret(Number(id.slice(2)), field, resident), hide_after_s: 60 })
      }
      case 'GET reviews': return json(reviews(0, now))
      case 'POST households/:id/history': return json(history(Number(id.slice(2)), now))
      case 'POST households/:id/settle': {
        const { value } = await body() as { value: string }
        settle(Number(id.slice(2)), value)
        return json(undefined)
      }
      case 'GET street': return json(this.street)
      case 'PATCH street': {
        const { triage_first = this.street.triage_first, disabled_categories = this.street.disabled_categories, ...days } = await body() as Partial<StreetRow & StreetRow['calendar']>
        const calendar = { ...this.street.calendar, ...days }
        if (calendar.make_up_days.some((day) => calendar.holidays.includes(day))) throw new Refusal('invalid', 422, { problems: [{ field: 'make_up_days', problem: 'contradiction' }] })
        this.street = { ...this.street, triage_first, disabled_categories, calendar }
        return json(this.street)
      }
      case 'GET people': return json({ rows: this.people })
      case 'POST people': {
        const made = await body() as unknown as Person
        if (this.people.some((one) => one.login === made.login)) throw new Refusal('login_taken', 409)
        const person = { ...made, id: `u-${this.people.length}`, active: true, has_password: false, phones: 0 }
        this.people.push(person)
        return json({ person, link: this.link(now) } satisfies PersonAdded, 201)
      }
      case 'PATCH people/:id': { const change = await body(); this.people = this.people.map((one) => (one.id === id ? { ...one, ...change } : one)); return json(this.people.find((one) => one.id === id)) }
      case 'POST people/:id/reset-link': return json(this.link(now), 201)
      case 'POST enrolments': return json({ code: 'F7KQ-29XM', uri: 'xunge://enrol', qr_svg: qr, server: 'https://xunge.example', expires_at: now + 86_400_000 } satisfies EnrolmentCode)
      case 'GET devices': return json(this.devices(now))
      case 'POST devices/:id/revoke': { const { order } = await body() as { order: Device['order'] }; this.revoked.set(id, order); return json({}) }
      case 'POST bundles': {
        const text = await request.text()
        if (!text.startsWith('xunge bundle 1')) throw new Refusal('bundle_damaged', 422)
        const again = this.carried.has(text)
        this.carried.add(text)
        return json({ device: 'd-2', device_name: '华为畅享', user_name: '孙悦', made_at: now - 3_600_000, records: { new: again ? 0 : 3, again: again ? 3 : 0, refused: again ? 0 : 1, parked: 0, left: 0 }, photos: { new: again ? 0 : 5, again: again ? 5 : 0, unwanted: 0 } } satisfies BundleTaken)
      }
      case 'GET strays': return json(this.strays(now))
      case 'GET strays/:id': {
        const stray = this.strays(now).find((one) => one.mutation === id)
        if (!stray) throw new Refusal('not_found', 404)
        if (!who.roles.includes('triage_officer') && !who.roles.includes('street_head')) throw new Refusal('forbidden', 403)
        const report = { text: '井盖松动，踩上去会响', category: 'manhole', place: { address: '龙泉路 8 号' }, captured_at: stray.at - 600_000 }
        return json({ stray, category: report.category, text: report.text, address: report.place.address, captured_at: report.captured_at, photos: 1, body: report } satisfies StrayFile)
      }
      case 'POST strays/:id/handled': this.settled.add(id); return new Response(null, { status: 204 })
      case 'POST strays/:id/replay': return json({ verdict: { verdict: 'parked', code: 'mutation_unknown' } } satisfies StrayReplayed)
      case 'GET access-log': return json(this.log)
    }
    throw new Refusal('not_found', 404)
  }

  private strays(now: number): Stray[] {
    const all: Stray[] = [
      { mutation: 'm-1', device: 'd-2', author: 'u-sun', author_name: '孙悦', kind: 'report.create', code: 'out_of_scope', parked: false, at: now - 7_000_000 },
      { mutation: 'm-2', device: 'd-3', author: 'u-old', author_name: '钱波', kind: 'survey.create', code: 'mutation_unknown', parked: true, at: now - 90_000_000 },
      { mutation: 'm-3', device: 'd-2', author: 'u-sun', author_name: '孙悦', kind: 'report.note', code: 'not_found', parked: true, at: now - 95_000_000 },
    ]
    return all.filter((one) => !this.settled.has(one.mutation))
  }

  private link(now: number): ResetLink {
    return { token: 'Kd83-one-time-example', path: '/#/password?token=Kd83-one-time-example', url: null, expires_at: now + 900_000 }
  }

  private devices(now: number): Device[] {
    const hour = 3_600_000
    const phone = (n: number, name: string, user_name: string, heard: number | null, holds: Partial<NonNullable<Device['holds']>>, rest: Partial<Device> = {}): Device => ({
      id: `d-${n}`, user: 'u-li', user_name, name, app_version: '0.2.0', enrolled_at: now - n * 1_728_000_000, last_seen_at: heard === null ? null : now - heard, revoked: this.revoked.has(`d-${n}`), parked: 0, worries: [],
      order: this.revoked.get(`d-${n}`) ?? 'lock', wiped_at: null, others: n === 2 ? ['李青'] : [], forked_from: n === 8 ? 'd-3' : null,
      holds: heard === null ? null : { unsent: 0, photos_unsent: 0, oldest_unsent_at: null, last_error: null, divergences: 0, free_bytes: 9e9, clock_skew_ms: null, said_at: now - heard, ...holds }, ...rest })
    return [
      phone(2, '华为畅享', '孙悦', 7_400_000, { unsent: 3, photos_unsent: 5, oldest_unsent_at: now - 51.5 * hour, last_error: 'unreachable' }, { worries: ['unsent_long'] }),
      phone(4, '荣耀 X50', '何田', 300_000, { unsent: 1, photos_unsent: 2, oldest_unsent_at: now - 5 * hour, last_error: 'phone_full', free_bytes: 180e6 }, { worries: ['unsent_long', 'low_space'] }),
      phone(5, '小米 13', '周明', 146.5 * hour, {}, { worries: ['silent'] }),
      phone(9, '荣耀 80', '冯涛', 90_000, { clock_skew_ms: 23 * hour }, { worries: ['wrong_clock'] }),
      phone(6, 'vivo Y78', '郑平', 1_200_000, {}, { app_version: '0.1.0', worries: ['old_app', 'parked'], parked: 2 }),
      phone(7, '备用机', '吴强', null, {}, { worries: ['silent'] }),
      phone(1, '红米 Note', '李青', 40_000, { unsent: 1, photos_unsent: 2, oldest_unsent_at: now - 60_000 }),
      phone(8, 'OPPO A2', '马丽', 20_000, {}),
      phone(3, '旧手机', '钱波', 700 * hour, {}, { app_version: '0.0.9', revoked: true, wiped_at: now - 86_400_000 }),
    ]
  }

  private found(id: string, who: Person): CaseRow {
    const row = this.cases.find((one) => one.id === id)
    if (!row || !this.visible(row, who)) throw new Refusal('not_found', 404)
    return row
  }

  private visible(row: CaseRow, who: Person): boolean {
    if (who.roles.some((role) => role === 'triage_officer' || role === 'street_head')) return true
    return who.queues.includes(row.lead_queue) || row.assists.some((queue) => who.queues.includes(queue)) || (who.roles.includes('community_secretary') && grids.find((grid) => grid.id === row.place.grid)?.community === who.communities[0])
  }

  private list(params: URLSearchParams, who: Person): CaseList {
    const now = this.clock()
    const seen = this.cases.filter((row) => this.visible(row, who))
    const states = params.get('state')?.split(',')
    const [queue, q, due] = [params.get('queue'), params.get('q'), params.get('due')]
    const open = (row: CaseRow) => !['closed', 'void', 'rejected', 'merged', 'resolved'].includes(row.state)
    const rows = seen.filter((row) => (!states || states.includes(row.state)) && (!queue || row.lead_queue === queue || row.assists.includes(queue))
      && (!q || [row.number, row.text, row.place.address ?? ''].some((text) => text.includes(q)))
      && (!due || (open(row) && row.due_at !== null && (due === 'overdue' ? row.due_at < now : row.due_at >= now && row.due_at < now + 10 * 3_600_000))))
    const count = (key: (row: CaseRow) => string) => seen.reduce<Record<string, number>>((sum, row) => ({ ...sum, [key(row)]: (sum[key(row)] ?? 0) + 1 }), {})
    return {
      rows: rows.map((row) => this.listRow(row, who)), total: rows.length, next: null,
      by_state: Object.entries(count((row) => row.state)).map(([state, count]) => ({ state: state as CaseRow['state'], count })),
      by_queue: Object.entries(count((row) => row.lead_queue)).map(([queue, count]) => ({ queue, count, overdue: 0 })),
    }
  }

  private listRow(row: CaseRow, who: Person): CaseListRow {
    const preview = row.photos[0]?.preview?.sha256 ?? null
    return {
      id: row.id, number: row.number, state: row.state, state_rev: row.state_rev, category: row.category, urgency: row.urgency, lead_queue: row.lead_queue, assists: row.assists, routing: row.routing, address: row.place.address,
      point: row.place.chosen?.point ?? null, grid: row.place.grid, other_grid: row.place.other_grid, text: row.text, preview, preview_stored: preview !== null && row.stored.includes(preview), photos: row.photos.length, photos_stored: row.photos.filter((one) => one.upright && row.stored.includes(one.upright.sha256)).length, captured_at: row.captured_at,
      received_at: row.received_at, stage_due: row.stage_due, due_at: row.due_at, from_visit: row.need !== null, mine: who.queues.includes(row.lead_queue),
    }
  }

  private households(params: URLSearchParams, now: number) {
    const q = params.get('q') ?? ''
    const all = Array.from({ length: 46 }, (_, n) => summary(n, now)).filter((row) => (!params.has('grid') || row.grid === params.get('grid')) && (!q || `${row.head}${row.building}${row.room}`.includes(q)))
    const offset = Number(params.get('offset') ?? 0)
    return { rows: all.slice(offset, offset + Number(params.get('limit') ?? 20)), total: all.length }
  }
}
