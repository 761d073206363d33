// Households and visits of the fake phone.
import type { HouseholdPage, HouseholdQuery, HouseholdSummary, HouseholdView, VisitView } from '../types'
import { why } from './reports'
import { profile, type FakeHousehold } from './world'

const DAY = 86_400_000
const WEEKLY = ['living-alone', 'lone-elder']

const tagsOf = (home: FakeHousehold) => [...new Set(home.residents.flatMap((resident) => resident.tags))]

function nextDue(home: FakeHousehold, lastVisit: number | null, now: number): number | null {
  const tags: string[] = tagsOf(home)
  const days = tags.some((tag) => WEEKLY.includes(tag)) && tags.some((tag) => tag.startsWith('elder')) ? 7 : tags.length > 0 ? 30 : 182
  return lastVisit === null ? now : lastVisit + days * DAY
}

/** Last visit at which somebody was met. */
function lastVisitOf(home: FakeHousehold, visits: VisitView[], now: number): number | null {
  const own = visits.filter((visit) => visit.household === home.household.id && visit.outcome === 'met').map((visit) => visit.ended_at)
  const seeded = home.last_visit_days_ago === null ? [] : [now - home.last_visit_days_ago * DAY]
  return own.length + seeded.length === 0 ? null : Math.max(...own, ...seeded)
}

export function summaryOf(home: FakeHousehold, visits: VisitView[], now: number): HouseholdSummary {
  const last = lastVisitOf(home, visits, now)
  const due = nextDue(home, last, now)
  return {
    id: home.household.id,
    name: home.residents[0]?.name ?? null,
    estate: home.household.estate,
    building: home.household.building,
    unit: home.household.unit,
    room: home.household.room,
    tags: tagsOf(home),
    last_visit: last,
    next_due: due,
    last_condition: visits.find((visit) => visit.household === home.household.id)?.condition ?? (last ? 'fine' : null),
    overdue: due !== null && due < now,
    visited_this_period: last !== null && new Date(last).getMonth() === new Date(now).getMonth() && now - last < 31 * DAY,
    phone_tail: home.household.phone?.slice(-4) ?? null,
  }
}

export function pageOf(homes: FakeHousehold[], visits: VisitView[], ask: HouseholdQuery, now: number): HouseholdPage {
  const words = ask.query.trim().toLowerCase()
  const matches = homes
    .map((home) => summaryOf(home, visits, now))
    .filter((row) => !ask.building || `${row.estate} ${row.building}` === ask.building)
    .filter((row) => !words || `${row.name ?? ''} ${row.estate} ${row.building} ${row.unit} ${row.room} ${row.phone_tail ?? ''}`.toLowerCase().includes(words))
    .sort((a, b) => (ask.building ? doorOrder(a, b) : (a.next_due ?? Infinity) - (b.next_due ?? Infinity)))
  return {
    total: matches.length,
    rows: matches.slice(ask.offset, ask.offset + ask.limit),
    buildings: [...new Set(homes.map((home) => `${home.household.estate} ${home.household.building}`))].sort(),
  }
}

const doorOrder = (a: HouseholdSummary, b: HouseholdSummary) => `${a.unit}${a.room}`.localeCompare(`${b.unit}${b.room}`, 'zh', { numeric: true })

export function householdView(home: FakeHousehold, visits: VisitView[], now: number): HouseholdView {
  const last = lastVisitOf(home, visits, now)
  const own = visits.filter((visit) => visit.household === home.household.id)
  const tags: string[] = tagsOf(home)
  return {
    household: home.household,
    residents: home.residents,
    marks: home.marks,
    visits: own,
    promises: own.flatMap((visit) => visit.promises.map((promise) => ({ visit: visit.id, what: promise.what, by: promise.by, overdue: promise.by < now }))),
    needs: own.flatMap((visit) => visit.need_cases),
    next_due: nextDue(home, last, now),
    free_repair: tags.includes('low-income'),
  }
}

/** One past visit with a need that became an order. */
export function seededVisits(homes: FakeHousehold[], now: number): VisitView[] {
  const home = homes[0]
  if (!home) return []
  const ended = now - 8 * DAY
  return [
    {
      id: 'visit-1',
      household: home.household.id,
      channel: 'home',
      reason: 'due_tag',
      started_at: ended - 25 * 60_000,
      ended_at: ended,
      outcome: 'met',
      condition: 'watch',
      facts: '膝盖疼，下楼少了。儿子每周日打电话。',
      needs: [{ id: 'need-1', category: 'need-home-repair', text: '厨房水龙头滴水' }],
      promises: [{ what: '带老年卡年审表过来', by: now + 5 * 3_600_000 }],
      reflection: null,
      photos: [],
      author_label: profile.name,
      mine: true,
      word: 'delivered',
      why: why('arrived'),
      refused: null,
      need_cases: [{ need: 'need-1', case: 'case-n1', number: 'JX-20261115-0007', state: 'resolved', queue: 'repair-team', due_at: ended + DAY }],
    },
  ]
}
