/** Made-up cases in many states, so that every screen has something to show. */
import type { CaseRow, CaseState, PhotoManifest, TimelineEntry } from '../src/api/types.ts'
import { NEARER, seedFor } from './picture.ts'
import { categories, grids, needs, ORIGIN } from './street.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

const hash = (seed: number, kind: string) => `${kind}${String(seed).padStart(4, '0')}`.padEnd(64, '0')

/** A photo of the fake: the hash says which drawing it is (`a` after, `b` anything else). */
export function photo(seed: number, role: PhotoManifest['role']): PhotoManifest {
  const kind = role === 'after' ? 'a' : 'b'
  const file = (copy: string, side: number) => ({ sha256: hash(seed, `${kind}${copy}`), size: side * 90, width: side, height: side * 0.75, mime: 'image/jpeg' })
  return { role, upright: file('c', 2048), preview: file('d', 320), original: role === 'after' ? null : file('e', 4000), taken_at: null, position: null, flags: [] }
}

export const filesOf = (photos: PhotoManifest[]) =>
  photos.flatMap((one) => [one.upright, one.preview]).flatMap((file) => (file ? [file.sha256] : []))

interface Seed {
  category: string, state: CaseState, minutes: number, text: string, address: string | null, photos?: number
  grid: number, urgency?: number, queue?: string, border?: boolean, skipped?: string[], dueIn?: number, pending?: boolean, spot?: [number, number]
}

export const seeds: Seed[] = [
  { category: 'other', state: 'submitted', minutes: 4, text: '河边步道的木栈板松了三块，老人走过时晃', address: '河沿路 12 号对面', grid: 6, photos: 2 },
  { category: 'illegal-build', state: 'submitted', minutes: 22, text: '楼顶正在搭彩钢棚，工人还在', address: '银杏路 33 号 2 栋', grid: 2, photos: 1, urgency: 2, border: true },
  { category: 'other', state: 'submitted', minutes: 47, text: '', address: null, grid: 10, photos: 1, pending: true },
  { category: 'illegal-build', state: 'opened', minutes: 95, text: '底商向外扩出两米，占了人行道', address: '兴龙路 8 号', grid: 5, photos: 2 },
  { category: 'tree-fallen', state: 'dispatched', minutes: 12, text: '行道树被吹倒，压住半边车道，车辆绕行', address: '龙泉路 20 号', grid: 1, photos: 2, urgency: 1, dueIn: 108 },
  { category: 'sign-fallen', state: 'dispatched', minutes: 18, text: '广告牌垮了一角，还挂在楼上', address: '兴龙路 43 号', grid: 5, photos: 2, urgency: 1, dueIn: 100 },
  { category: 'waterlogging', state: 'dispatched', minutes: 26, text: '下穿道积水约二十厘米', address: '二街与河沿路口', grid: 9, photos: 1, urgency: 1, dueIn: -8 },
  { category: 'road-collapse', state: 'accepted', minutes: 190, text: '车道中间塌出一个洞，旁边有燃气阀门', address: '银杏路 51 号门前', grid: 3, photos: 3, urgency: 1, border: true, dueIn: 60 * 20 },
  { category: 'manhole', state: 'accepted', minutes: 60 * 7, text: '雨水井盖断裂', address: '三街 6 号', grid: 7, photos: 1, dueIn: 45 },
  { category: 'street-light', state: 'accepted', minutes: 60 * 30, text: '连着三盏路灯不亮', address: '四街', grid: 8, photos: 1, dueIn: 60 * 18 },
  { category: 'tree-fallen', state: 'returned', minutes: 60 * 5, text: '小区里的树倒在车棚上', address: '银杏苑 3 栋', grid: 2, photos: 2, dueIn: 60 * 3 },
  { category: 'cable-down', state: 'accepted', minutes: 35, text: '线垂到一人高，不知有没有电', address: '五街 18 号', grid: 12, photos: 1, urgency: 0, dueIn: 25, skipped: ['telecom'] },
  { category: 'exposed-waste', state: 'resolved', minutes: 60 * 9, text: '垃圾堆在绿化带', address: '公园南门', grid: 11, photos: 1, dueIn: 60 * 2 },
  { category: 'vendor', state: 'suspended', minutes: 60 * 50, text: '早市占道', address: '一街', grid: 1, photos: 1, dueIn: 60 * 24 * 9 },
  { category: 'fire-lane', state: 'rework', minutes: 60 * 26, text: '消防通道停了面包车', address: '银杏苑东门', grid: 3, photos: 2, urgency: 1, dueIn: -90 },
  { category: 'need-home-repair', state: 'accepted', minutes: 60 * 3, text: '厨房水龙头滴水', address: '银杏苑 5 栋', grid: 1, photos: 0, dueIn: 60 * 21 },
  { category: 'manhole', state: 'closed', minutes: 60 * 80, text: '井盖移位', address: '河沿路 30 号', grid: 6, photos: 1 },
  { category: 'building-damage', state: 'in_ruling', minutes: 60 * 28, text: '外墙砖脱落，两家都说不归自己', address: '兴龙路 20 号', grid: 6, photos: 2, dueIn: 60 * 4 },
]

const STEPS: Record<string, CaseState[]> = {
  submitted: [], opened: ['opened'], dispatched: ['opened', 'dispatched'], accepted: ['opened', 'dispatched', 'accepted'], returned: ['opened', 'dispatched', 'returned'],
  in_ruling: ['opened', 'dispatched', 'returned', 'dispatched', 'returned', 'in_ruling'], resolved: ['opened', 'dispatched', 'accepted', 'resolved'], suspended: ['opened', 'dispatched', 'accepted', 'suspended'],
  rework: ['opened', 'dispatched', 'accepted', 'resolved', 'rework'], closed: ['opened', 'dispatched', 'accepted', 'resolved', 'closed'],
}
const WHAT: Partial<Record<CaseState, string>> = { opened: 'open', dispatched: 'dispatch', accepted: 'accept', returned: 'return', in_ruling: 'refer', resolved: 'resolve', suspended: 'suspend', rework: 'rework', closed: 'close' }
const TEXT: Partial<Record<CaseState, string>> = { returned: '小区内部，应由物业管理方处理', resolved: '已清理，恢复通行', suspended: '等早市搬迁方案', rework: '车还在，照片看得到', closed: '井盖已复位并固定', in_ruling: '两次退回，提交裁定' }
const REASON: Partial<Record<CaseState, string>> = { returned: 'not_ours', closed: 'fixed' }

function timeline(seed: Seed, queue: string, at: number, n: number, photos: PhotoManifest[]): TimelineEntry[] {
  const byDesk = (state: CaseState) => ['accepted', 'returned', 'resolved', 'suspended'].includes(state)
  const first: TimelineEntry = { what: 'report', actor: 'u-li', actor_label: '李青 · 网格员', queue: null, at, captured_at: at - (n % 3) * 37 * MINUTE - 20_000, state: 'submitted', text: seed.text, reason: null, suggested: null, photos }
  const steps = STEPS[seed.state] ?? []
  return [first, ...steps.map((state, i): TimelineEntry => ({
    what: WHAT[state] ?? 'comment', actor: byDesk(state) ? 'u-municipal' : i < 2 ? null : 'u-triage',
    actor_label: byDesk(state) ? '吴强 · 部门' : i < 2 ? '' : '陈静 · 受理', queue: byDesk(state) ? queue : null,
    at: at + Math.round(((i + 1) * seed.minutes * MINUTE) / (steps.length + 2)), captured_at: null, state, text: TEXT[state] ?? '', reason: REASON[state] ?? null, suggested: state === 'returned' ? 'construction' : null, photos: state === 'resolved' || state === 'closed' ? [photo(seedFor(seed.category, n * NEARER), 'after')] : [],
  }))]
}

export function makeCase(seed: Seed, n: number, now: number): CaseRow {
  const category = [...categories, ...needs].find((one) => one.id === seed.category)
  const lead = seed.queue ?? category?.lead ?? 'triage'
  const waiting = seed.state === 'submitted' || seed.state === 'opened'
  const at = now - seed.minutes * MINUTE
  const [x, y] = [(seed.grid - 1) % 4, Math.floor((seed.grid - 1) / 4)]
  const [dx, dy] = seed.border ? [0.0001, 0.0012] : seed.spot ?? [0.0006 + (n % 5) * 0.0006, 0.0005 + (n % 4) * 0.0006]
  const point = { lat: ORIGIN.lat + y * 0.003 + dy, lon: ORIGIN.lon + x * 0.004 + dx }
  const photos = Array.from({ length: seed.photos ?? 0 }, (_, i) => photo(seedFor(seed.category, n * NEARER + i), i === 0 ? 'wide' : 'close_up'))
  const grid = grids[seed.grid - 1]?.id ?? null
  const other = seed.border ? grids[seed.grid - 2]?.id ?? null : null
  const steps = timeline(seed, lead, at, n, photos)
  const stored = filesOf(steps.flatMap((step) => step.photos))
  return {
    id: `01920000-0000-7000-8000-${String(n).padStart(12, '0')}`, number: `YX-${new Date(at).toISOString().slice(0, 10).replaceAll('-', '')}-${String(n).padStart(4, '0')}`,
    state: seed.state, state_rev: steps.length, close_reason: seed.state === 'closed' ? 'fixed' : null, category: seed.category, urgency: seed.urgency ?? category?.urgency ?? 3,
    lead_queue: waiting ? 'triage' : lead, assists: waiting ? [] : category?.assists ?? [],
    routing: { rule: seed.category === 'tree-fallen' && seed.urgency === 1 ? 'category-question' : 'category-default', version: 1, lead, assists: category?.assists ?? [], skipped: seed.skipped ?? [],
      inputs: { category: seed.category, ...(seed.urgency === 1 && seed.category === 'tree-fallen' ? { answer: 'road' } : {}), ...(grid ? { grid } : {}), urgency: String(seed.urgency ?? category?.urgency ?? 3) }, other_grid: other },
    place: { chosen: seed.address === null ? { source: 'fix', point, accuracy_m: 38 } : { source: n % 3 ? 'fix' : 'pin', point, accuracy_m: n % 3 ? 12 : null },
      others: n % 4 === 3 ? [{ source: 'photo', point: { lat: point.lat + 0.0014, lon: point.lon }, accuracy_m: null }] : [], address: seed.address, grid, other_grid: other },
    text: seed.text, reports: [`r-${n}`], reporter: 'u-li', reporter_label: '李青', need: seed.category.startsWith('need') ? `n-${n}` : null, photos,
    stored: seed.pending ? stored.filter((sha) => sha[1] === 'd') : stored, captured_at: steps[0]?.captured_at ?? at, received_at: at,
    stage_due: waiting ? at + 2 * HOUR : seed.dueIn === undefined ? null : now + Math.min(seed.dueIn, 30) * MINUTE, due_at: seed.dueIn === undefined ? null : now + seed.dueIn * MINUTE,
    resolved_at: ['resolved', 'closed', 'rework'].includes(seed.state) ? at + 0.6 * seed.minutes * MINUTE : null, timeline: steps,
  }
}
