import type { CaseFilter } from '../../api/types'

/** The lists of a department's desk, in the order they are worked. */
export const QUEUE_VIEWS = ['inbox', 'accepted', 'today', 'overdue', 'all'] as const
export type QueueView = (typeof QUEUE_VIEWS)[number]

const ASKED: Record<QueueView, CaseFilter> = {
  inbox: { state: 'dispatched' }, accepted: { state: 'accepted,rework' }, today: { due: 'today' }, overdue: { due: 'overdue' }, all: {},
}

export const filterOf = (queue: string, view: QueueView): CaseFilter => ({ queue, ...ASKED[view] })
