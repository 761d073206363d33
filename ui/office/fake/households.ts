/** Made-up households, masked as the server masks them. */
import type { HouseholdFile, HouseholdListRow, PastValue, Resident, Review } from '../src/api/types.ts'
import { grids } from './street.ts'

const DAY = 86_400_000
const SURNAMES = '王李张刘陈杨黄赵吴周'
const GIVEN = ['桂', '明华', '秀', '建国', '玉', '志', '淑芬', '海']
const TAGS = [['living-alone', 'elder80', 'low-income'], [], ['all-elder'], ['disabled'], [], ['lost-only-child'], ['renter-new'], [], ['child-in-need'], []] as const

const nameOf = (n: number) => `${SURNAMES[n % 10]}${GIVEN[n % 8]}`
const maskName = (name: string) => name[0] + '*'.repeat(name.length - 1)
const phoneOf = (n: number) => `1380000${String(1000 + n * 37).slice(-4)}`
const maskPhone = (phone: string) => `${phone.slice(0, 3)}****${phone.slice(-4)}`

const tagsOf = (n: number) => [...TAGS[n % TAGS.length] ?? []] as Resident['tags']

export function summary(n: number, now: number): HouseholdListRow {
  const tags = tagsOf(n)
  const last = n % 6 === 4 ? null : now - (n % 9) * 6 * DAY - DAY
  return {
    id: `h-${n}`, grid: grids[n % 4]?.id ?? 'g01', estate: '银杏苑', building: `${1 + (n % 6)}栋`, unit: `${1 + (n % 3)}单元`, room: `${1 + (n % 6)}0${1 + (n % 4)}`, 
    tenure: tags.includes('renter-new') ? 'rented' : 'owner', 
    last_visit: last, last_condition: last === null ? null : (['fine', 'watch', 'fine', 'worry'] as const)[n % 4] ?? 'fine', next_due: tags.length ? now + ((n % 5) - 2) * 4 * DAY : null, overdue: tags.length > 0 && n % 5 < 2,
    head: maskName(nameOf(n)), residents: 1 + (n % 3), tags,
  }
}

export function secret(n: number, field: string, resident: string | null): string {
  const who = resident ? n + Number(resident.split('-')[2]) : n
  return field === 'resident_name' ? nameOf(who) : phoneOf(who)
}

/** Which households wait for the secretary; a decision is remembered for as long as the page lives. */
const settled = new Map<number, string>()

export function reviews(n: number, now: number): Review[] {
  if (n !== 0 || settled.has(n)) return []
  return [{ household: `h-${n}`, building: '银杏苑 1栋', entity: `h-${n}`, field: 'phone', opened_at: now - 5_400_000 }]
}

export function history(n: number, now: number): PastValue[] {
  const one = (value: string, author: string, ago: number): PastValue => ({ entity: `h-${n}`, resident: null, field: 'phone', value, current: false, author, written_at: ago ? now - ago : 0, received_at: now - ago })
  const past = [one('13800002468', '李青', 5_400_000), one('13800001357', '王磊', 6_000_000), one(phoneOf(n), '', 0)]
  const chosen = settled.get(n)
  const decided = chosen ? [{ ...one(chosen, '林晓', 1_000) }, ...past] : past
  return decided.map((value, at) => ({ ...value, current: at === 0 }))
}

export const settle = (n: number, value: string) => void settled.set(n, value)

export function file(n: number, now: number): HouseholdFile {
  const head = summary(n, now)
  const resident = (i: number): Resident => ({
    id: `p-${n}-${i}`, household: head.id, name: maskName(nameOf(n + i)), sex: i % 2 ? 'm' : 'f', birth_year: 1942 + ((n * 5 + i * 26) % 70), relation: i === 0 ? '户主' : i === 1 ? '儿子' : '孙女',
    phone: maskPhone(phoneOf(n + i)), tags: i === 0 ? tagsOf(n) : [] })
  const visits: HouseholdFile['visits'] = head.last_visit === null ? [] : [{
    id: `v-${n}-1`, household: head.id, channel: 'home', reason: 'routine', started_at: head.last_visit - 25 * 60_000, ended_at: head.last_visit, outcome: 'met', condition: head.last_condition,
    facts: '精神不错。说厨房水龙头滴水，夜里听着睡不着；想学和儿子视频。', needs: [{ id: `n-${n}`, category: 'need-home-repair', text: '厨房水龙头滴水' }, { id: `m-${n}`, category: 'need-digital', text: '想学视频通话' }],
    promises: [{ what: '周五前回话', by: head.last_visit + 3 * DAY }], reflection: null, photos: [], stored: [], author: 'u-li', author_label: '李青 · 网格员',
    need_cases: [{ need: `n-${n}`, case: '01920000-0000-7000-8000-000000000016', number: 'YX-0016', state: 'accepted', queue: 'repair-team', due_at: now + DAY }],
  }, {
    id: `v-${n}-0`, household: head.id, channel: 'phone', reason: 'due_tag', started_at: head.last_visit - 30 * DAY, ended_at: head.last_visit - 30 * DAY, outcome: 'no_answer', condition: null,
    facts: '', needs: [], promises: [], reflection: null, photos: [], stored: [], author: 'u-li', author_label: '李青 · 网格员', need_cases: [],
  }]
  const need_cases = visits.flatMap((visit) => visit.need_cases)
  const { head: _head, tags: _tags, residents: _residents, overdue: _overdue, ...dwelling } = head
  return {
    household: { ...dwelling, point: null, door_note: n % 7 === 0 ? '门铃坏了，请敲门' : '', phone: maskPhone(phoneOf(n)) }, needs: need_cases,
    looks: [{ at: now - 7_200_000, user: 'u-secretary', name: '林晓', what: 'reveal', field: 'resident_phone', reason: '电话联系' }, { at: now - 7_300_000, user: 'u-secretary', name: '林晓', what: 'open', field: null, reason: null }],
    residents: Array.from({ length: head.residents }, (_, i) => resident(i)), visits, reviews: reviews(n, now),
  }
}
