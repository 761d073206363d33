// Reports the fake phone starts with: one for each word and the common states of a case.
import type { CaseState, PhotoRole, PhotoView, ReportView, TimelineStep, Word, WordReason } from '../types'
import { pictureOf } from './pictures'
import { categoryById, profile, reference } from './world'

const HOUR = 3_600_000

export const why = (code: WordReason['code'], more: Partial<WordReason> = {}): WordReason => ({
  code,
  facts_delivered: code === 'arrived' || code === 'waiting_for_wifi' || code === 'sending_photos',
  photos_waiting: 0,
  backed_up: false,
  next_try_at: null,
  error: null,
  ...more,
})

export function photoView(category: string | null, role: PhotoRole, word: Word, reason: WordReason, key: string): PhotoView {
  const file = (suffix: string, width: number, height: number, size: number) => ({ sha256: `${key}${suffix}`, size, width, height, mime: 'image/jpeg' })
  const url = pictureOf(category)
  return {
    role,
    word,
    why: reason,
    preview_url: url,
    url,
    manifest: { role, upright: file('u', 2048, 1536, 612_000), preview: file('p', 320, 240, 14_000), original: null, taken_at: null, position: null, flags: [] },
  }
}

type Seed = {
  category: string
  address: string
  text: string
  hours: number
  word: Word
  why: WordReason
  state?: CaseState
  steps?: [what: string, state: CaseState, label: string, hours: number, text?: string, reason?: string][]
  mine?: boolean
  point: [lat: number, lon: number]
  photos?: number
}

const SEEDS: Seed[] = [
  { category: 'tree-fallen', address: '龙泉路20号', text: '大槐树倒在非机动车道上，压住两辆单车', hours: 0.1, word: 'on_phone', why: why('waiting_for_wifi', { photos_waiting: 2 }), point: [29.50402, 106.52948], photos: 2, state: 'dispatched', steps: [['report', 'submitted', '李晓芸', 0.1], ['dispatch', 'dispatched', '', 0.09]] },
  { category: 'sign-fallen', address: '兴龙路43号', text: '招牌一侧脱落，下面有人走', hours: 0.4, word: 'sending', why: why('sending_photos', { photos_waiting: 1 }), point: [29.5033, 106.5288], photos: 2, state: 'accepted', steps: [['report', 'submitted', '李晓芸', 0.4], ['dispatch', 'dispatched', '', 0.39], ['accept', 'accepted', '城管', 0.2]] },
  { category: 'exposed-waste', address: '书院街7号后巷', text: '', hours: 3, word: 'needs_you', why: why('rejected', { error: 'out_of_scope' }), point: [29.5022, 106.5271], photos: 1 },
  { category: 'drain-grate', address: '盘龙新城三区东门', text: '雨水箅子断了两根', hours: 20, word: 'delivered', why: why('arrived'), state: 'returned', point: [29.5049, 106.5299], photos: 1, steps: [['report', 'submitted', '李晓芸', 20], ['dispatch', 'dispatched', '', 19.9], ['return', 'returned', '市政（排水、路灯）', 6, '小区内部道路，应由物业负责', 'not_ours']] },
  { category: 'street-light', address: '中山坊2号楼旁', text: '灯不亮三天了', hours: 27, word: 'delivered', why: why('arrived'), state: 'resolved', point: [29.5027, 106.5292], photos: 1, steps: [['report', 'submitted', '李晓芸', 27], ['dispatch', 'dispatched', '', 26.9], ['accept', 'accepted', '市政（排水、路灯）', 25], ['resolve', 'resolved', '市政（排水、路灯）', 2, '更换灯泡与镇流器，已亮']] },
  { category: 'noise', address: '学府花园南侧工地', text: '夜里两点还在施工', hours: 50, word: 'delivered', why: why('arrived'), state: 'rejected', point: [29.5037, 106.5314], photos: 0, steps: [['report', 'submitted', '李晓芸', 50], ['reject', 'rejected', '平安建设办公室', 40, '夜间施工许可在有效期内，已要求公示', 'not_our_matter']] },
  { category: 'construction-waste', address: '银杏苑北门', text: '装修垃圾堆了一车', hours: 76, word: 'delivered', why: why('arrived'), state: 'closed', point: [29.5052, 106.5307], photos: 1, steps: [['report', 'submitted', '李晓芸', 76], ['dispatch', 'dispatched', '', 75.9], ['accept', 'accepted', '环卫', 74], ['resolve', 'resolved', '环卫', 60, '已清运'], ['close', 'closed', '平安建设办公室', 55, '现场核实已清运', 'fixed']] },
  { category: 'road-damage', address: '龙泉路与兴龙路口', text: '路面坑约半平米', hours: 100, word: 'delivered', why: why('arrived'), state: 'accepted', point: [29.5041, 106.5281], photos: 1, mine: false, steps: [['report', 'submitted', '周小燕', 100], ['dispatch', 'dispatched', '', 99.9], ['accept', 'accepted', '市政（排水、路灯）', 90]] },
]

const ATTENTION: CaseState[] = ['returned', 'rejected', 'resolved']

/** The reports at `now`. */
export const seededReports = (now: number): ReportView[] => SEEDS.map((seed, at) => seeded(seed, at, now))

function seeded(seed: Seed, at: number, now: number): ReportView {
  const category = categoryById.get(seed.category)
  const lead = category?.lead ?? 'triage'
  const photos = Array.from({ length: seed.photos ?? 0 }, (_, n) =>
    photoView(seed.category, n === 0 ? 'wide' : 'close_up', n === 1 ? seed.word : seed.word === 'sending' ? 'delivered' : seed.word, seed.why, `${at}${n}`),
  )
  const point = { lat: seed.point[0], lon: seed.point[1] }
  return {
    id: `report-${at + 1}`,
    category: seed.category,
    text: seed.text,
    place_label: seed.address,
    captured_at: now - seed.hours * HOUR,
    word: seed.word,
    why: seed.why,
    case_number: seed.state ? `JX-${new Date(now - seed.hours * HOUR + 8 * HOUR).toISOString().slice(0, 10).replaceAll('-', '')}-${String(40 - at).padStart(4, '0')}` : null,
    case_state: seed.state ?? null,
    lead_queue: lead,
    photo_count: photos.length,
    preview_url: photos[0]?.preview_url ?? null,
    can_withdraw: seed.hours < 1 / 6,
    withdrawn: false,
    attention: seed.word === 'needs_you' || (seed.state !== undefined && ATTENTION.includes(seed.state)),
    mine: seed.mine ?? true,
    urgency: category?.urgency ?? 3,
    due_at: seed.state && !['closed', 'rejected', 'resolved'].includes(seed.state) ? now + (24 - seed.hours) * HOUR : null,
    point,
    place: { chosen: { source: 'pin', point, accuracy_m: null }, others: [], address: seed.address, grid: reference.grids.find((grid) => profile.grids.includes(grid.id))?.id ?? null, other_grid: null },
    photos,
    timeline: (seed.steps ?? []).map(([what, state, label, hours, text, reason]): TimelineStep => ({
      what,
      actor: label ? 'somebody' : null,
      actor_label: label,
      queue: what === 'report' ? null : lead,
      at: now - hours * HOUR,
      captured_at: null,
      state,
      text: text ?? '',
      reason: reason ?? null,
      suggested: null,
      photos: [],
      // What was done is shown by a photo of the office.
      pictures: what === 'resolve' ? [photoView(seed.category, 'after', 'delivered', why('arrived'), `${at}after`)] : [],
    })),
    notes: [],
    routing: { rule: 'category-default', version: 1, lead, assists: category?.assists ?? [], skipped: [], inputs: { category: seed.category }, other_grid: null },
    expectation: { queue: lead, rule: 'category-default' },
    problems: [],
    refused: seed.why.code === 'rejected' ? [`mutation-${at + 1}`] : [],
  }
}
