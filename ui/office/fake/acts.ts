/** A small stand-in for the state machine: enough to show every form. The real rules live on the server. */
import type { Action, ActionName, AllowedAction, CaseDetail, CaseRow, CaseState, ErrorCode, Person, PhotoManifest, TimelineEntry } from '../src/api/types.ts'
import { filesOf } from './cases.ts'

const TARGET: Partial<Record<ActionName, CaseState>> = {
  ask_check: 'prefile_check', open: 'opened', reject: 'rejected', dispatch: 'dispatched', self_handle: 'resolved', accept: 'accepted', return: 'returned', transfer: 'dispatched',
  refer: 'in_ruling', final_dispatch: 'dispatched', suspend: 'suspended', wake: 'accepted', resolve: 'resolved', ask_closure_check: 'closure_check', rework: 'rework', close: 'closed', reopen: 'dispatched', void: 'void',
}
const TRIAGE: Partial<Record<CaseState, ActionName[]>> = {
  submitted: ['open', 'reject', 'ask_check', 'void', 'refer'], prefile_check: ['void'], opened: ['dispatch', 'refer', 'void'], dispatched: ['refer', 'void'], accepted: ['extend', 'suspend', 'refer', 'void'],
  returned: ['transfer', 'refer', 'void'], in_ruling: ['void'], suspended: ['wake', 'void'], resolved: ['close', 'rework', 'ask_closure_check'], rework: ['extend', 'void'], closed: ['reopen'],
}
const QUEUE: Partial<Record<CaseState, ActionName[]>> = {
  dispatched: ['accept', 'return', 'make_safe'], accepted: ['resolve', 'progress', 'make_safe', 'return'], rework: ['resolve', 'progress'],
}
const SHOWN: ActionName[] = ['open', 'dispatch', 'accept', 'resolve', 'transfer', 'final_dispatch', 'close', 'reopen', 'progress', 'make_safe', 'return', 'rework', 'ask_check', 'ask_closure_check', 'reject', 'extend', 'suspend', 'wake', 'refer', 'void', 'comment']

export function allowed(row: CaseRow, who: Person): AllowedAction[] {
  const triage = who.roles.some((role) => role === 'triage_officer' || role === 'street_head')
  const own = who.queues.includes(row.lead_queue)
  return SHOWN.map((action) => {
    const inState = [...TRIAGE[row.state] ?? [], ...QUEUE[row.state] ?? [], ...(row.state === 'in_ruling' ? ['final_dispatch'] : []), 'comment'].includes(action)
    const isTriage = (TRIAGE[row.state] ?? []).includes(action)
    const mine = action === 'comment' || (isTriage && triage) || ((QUEUE[row.state] ?? []).includes(action) && own) || (action === 'final_dispatch' && who.roles.includes('street_head'))
    const safe = row.urgency <= 1 && action === 'return' && !row.timeline.some((step) => step.what === 'make_safe')
    const refusal: ErrorCode | null = !inState ? 'state_refuses_action' : !mine ? 'forbidden' : safe ? 'make_safe_first' : null
    return { action, allowed: refusal === null, refusal }
  })
}

export function apply(row: CaseRow, act: Action, who: Person, now: number): CaseRow {
  const text: string = ('text' in act ? act.text : 'note' in act ? act.note : 'ruling' in act ? act.ruling : 'question' in act ? act.question : 'reason' in act ? act.reason : '') ?? ''
  const photos = ('photos' in act ? act.photos : []) as PhotoManifest[]
  const state = TARGET[act.action] ?? row.state
  const lead = 'lead' in act ? act.lead : act.action === 'return' ? 'triage' : row.lead_queue
  const step: TimelineEntry = {
    what: act.action, actor: who.id, actor_label: `${who.name}`, queue: who.queues[0] ?? null, at: now, captured_at: null, state, text,
    reason: 'reason' in act && act.action !== 'extend' && act.action !== 'suspend' ? act.reason : null, suggested: act.action === 'return' ? act.suggested : null, photos,
  }
  return {
    ...row, state, state_rev: row.state_rev + 1, lead_queue: lead, assists: 'assists' in act ? act.assists : row.assists, timeline: [...row.timeline, step],
    stored: [...row.stored, ...filesOf(photos)], close_reason: act.action === 'close' ? act.reason : row.close_reason, due_at: act.action === 'extend' ? act.until : row.due_at,
    resolved_at: act.action === 'resolve' ? now : row.resolved_at,
  }
}

/** The other grid at a border: what was not dispatched yet is routed again. */
export function moved(row: CaseRow, grid: string, who: Person, now: number): CaseRow {
  const again = !row.timeline.some((step) => step.what === 'dispatch')
  const step: TimelineEntry = {
    what: 'place', actor: who.id, actor_label: who.name, queue: null, at: now, captured_at: null, state: row.state, text: '',
    reason: again ? row.routing.rule : 'orders_kept', suggested: again ? row.routing.lead : null, photos: [],
  }
  return { ...row, place: { ...row.place, grid, other_grid: row.place.grid }, timeline: [...row.timeline, step] }
}

export function detail(row: CaseRow, who: Person, others: CaseRow[]): CaseDetail {
  const dispatched = row.timeline.find((step) => step.state === 'dispatched')?.at
  const accepted = row.timeline.find((step) => step.what === 'accept')?.at ?? null
  const safe = row.timeline.find((step) => step.what === 'make_safe')?.at ?? null
  const open = !['closed', 'void', 'rejected', 'merged'].includes(row.state)
  const triaged = row.timeline.find((step) => step.what === 'open' || step.what === 'reject')?.at ?? null
  return {
    row, allowed: allowed(row, who),
    contact: row.need === null ? null : { household: 'h-0', name: '王桂', door: '银杏苑 1栋 1单元 101', door_note: '门铃坏了，请敲门', phone: '138****1000' },
    orders: dispatched === undefined ? [] : [row.lead_queue, ...row.assists].map((queue, n) => ({
      id: `${row.id}-${n}`, queue, lead: n === 0, note: '', is_final: row.timeline.some((step) => step.what === 'final_dispatch'), opened_at: dispatched, accepted_at: n ? dispatched + 600_000 : accepted,
      closed_at: row.resolved_at, outcome: row.resolved_at === null ? null : 'resolve' })),
    clocks: [
      { stage: 'triage', started_at: row.received_at, due_at: row.received_at + 2 * 3_600_000, done_at: triaged, running: triaged === null && open },
      ...(dispatched === undefined ? [] : [
        { stage: 'accept', started_at: dispatched, due_at: dispatched + 30 * 60_000, done_at: accepted, running: accepted === null && row.state === 'dispatched' },
        ...(row.urgency <= 1 ? [{ stage: 'make_safe', started_at: dispatched, due_at: dispatched + 2 * 3_600_000, done_at: safe, running: safe === null && open && row.resolved_at === null }] : []),
        { stage: 'resolve', started_at: dispatched, due_at: row.due_at ?? dispatched + 86_400_000, done_at: row.resolved_at, running: row.resolved_at === null && open && row.state !== 'suspended' },
      ]),
    ],
    nearby: others.filter((other) => other.id !== row.id && other.place.grid === row.place.grid).slice(0, 2).map((other, n) => ({
      id: other.id, number: other.number, category: other.category, state: other.state, distance_m: 40 + n * 62, received_at: other.received_at })),
  }
}
