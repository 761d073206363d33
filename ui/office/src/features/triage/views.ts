import type { CaseFilter, CaseState } from '../../api/types'

/** A to-do list of the triage office. */
export interface TriageView { key: string, words: string, states: readonly CaseState[], test: string }

export const VIEWS: TriageView[] = [
  { key: 'inbox', words: 'triage.view_inbox', states: ['submitted', 'opened', 'prefile_check'], test: 'queue-tab-triage' },
  { key: 'returned', words: 'triage.view_returned', states: ['returned', 'in_ruling'], test: 'view-returned' },
  { key: 'check', words: 'triage.view_check', states: ['resolved', 'closure_check'], test: 'view-check' },
  { key: 'all', words: 'triage.view_all', states: [], test: 'view-all' },
]

/** What to ask the server for. */
export function filterOf(view: string, q: string): CaseFilter {
  const words = q.trim() ? { q: q.trim() } : {}
  if (view.startsWith('queue:')) return { queue: view.slice('queue:'.length), ...words }
  const states = VIEWS.find((one) => one.key === view)?.states ?? []
  return states.length ? { state: states.join(','), ...words } : words
}
