// What the fake phone says needs the worker.
import type { Draft, ReportView, Today, TodayItem, TodayKind } from '../types'
import { summaryOf } from './visits'
import type { FakeHousehold } from './world'
import type { VisitView } from '../types'

const NOTHING: TodayItem['title_parts'] = { category: null, place: null, person: null, text: null, number: null, state: null, error: null }
const ORDER: TodayKind[] = ['needs_you', 'check_asked', 'returned', 'rejected', 'resolved', 'promise_due', 'visit_due', 'unsent', 'draft']

export type World = { reports: ReportView[]; visits: VisitView[]; homes: FakeHousehold[]; drafts: Draft[]; seen: Set<string> }

const item = (kind: TodayKind, id: string, parts: Partial<TodayItem['title_parts']>, more: Partial<TodayItem> = {}): TodayItem => ({
  kind,
  id,
  report: null,
  refused: null,
  title_parts: { ...NOTHING, ...parts },
  due_at: null,
  overdue: false,
  ...more,
})

export function todayOf(world: World, now: number): Today {
  const items = [...reportItems(world), ...promiseItems(world, now), ...visitItems(world, now), ...draftItems(world)]
  const waiting = world.reports.filter((report) => report.word !== 'delivered')
  return {
    items: items.sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind)),
    unsent: waiting.filter((report) => !report.why.facts_delivered).length,
    photos_unsent: waiting.reduce((sum, report) => sum + report.why.photos_waiting, 0),
    all_delivered: waiting.length === 0,
  }
}

function reportItems({ reports }: World): TodayItem[] {
  return reports.flatMap((report) => {
    const parts = { category: report.category, place: report.place_label, number: report.case_number, state: report.case_state, text: report.timeline.at(-1)?.text ?? '' }
    if (report.word === 'needs_you') return [item('needs_you', report.id, { ...parts, error: report.why.error }, { report: report.id, refused: report.refused[0] ?? null })]
    const kind = report.mine && report.attention ? report.case_state : null
    return kind === 'returned' || kind === 'rejected' || kind === 'resolved' ? [item(kind, report.id, parts, { report: report.id })] : []
  })
}

function promiseItems({ visits, homes }: World, now: number): TodayItem[] {
  return visits.flatMap((visit) => {
    const home = homes.find((one) => one.household.id === visit.household)
    return visit.promises.map((promise) =>
      item('promise_due', visit.household, { person: home?.residents[0]?.name ?? null, text: promise.what, place: home?.household.building ?? null }, { due_at: promise.by, overdue: promise.by < now }),
    )
  })
}

function visitItems({ homes, visits }: World, now: number): TodayItem[] {
  return homes
    .map((home) => summaryOf(home, visits, now))
    .filter((row) => row.overdue)
    .sort((a, b) => (a.next_due ?? 0) - (b.next_due ?? 0))
    .slice(0, 4)
    .map((row) => item('visit_due', row.id, { person: row.name, place: `${row.estate} ${row.building} ${row.unit}${row.room}` }, { due_at: row.next_due, overdue: true }))
}

const draftItems = ({ drafts }: World) =>
  drafts
    .filter((draft) => !draft.note || draft.note.text.trim() || draft.photos.length)
    .map((draft) => item('draft', draft.id, { category: draft.report?.category ?? null, text: draft.report?.text || (draft.visit?.facts ?? draft.note?.text ?? null) }))
