/** How a list that is being read takes in what happens meanwhile. */
import type { CaseListRow } from '../../api/types'

export interface ShownRow {
  row: CaseListRow
  /** Came in while the list was being read. */
  fresh: boolean
  /** Somebody moved it on: it no longer belongs here, but stays until the reader moves on. */
  left: boolean
}

/**
 * The rows after a new reading. What is shown keeps its order and its place among its neighbours; arrivals come on
 * top; what has left is only marked. `whole` says that the reading holds everything the list could show.
 */
export function takeIn(shown: readonly ShownRow[], read: readonly CaseListRow[], whole: boolean): ShownRow[] {
  if (!shown.length) return read.map((row) => ({ row, fresh: false, left: false }))
  const known = new Set(shown.map((one) => one.row.id))
  const now = new Map(read.map((row) => [row.id, row]))
  const lastKnown = read.findLastIndex((row) => known.has(row.id))
  const arrivals = read.filter((row, n) => !known.has(row.id) && (n < lastKnown || lastKnown < 0))
  const older = read.filter((row, n) => !known.has(row.id) && n > lastKnown && lastKnown >= 0)
  const kept = shown.map((one) => {
    const row = now.get(one.row.id)
    return row ? { ...one, row, left: false } : { ...one, left: one.left || whole }
  })
  return [
    ...arrivals.map((row) => ({ row, fresh: true, left: false })), ...kept, ...older.map((row) => ({ row, fresh: false, left: false })),
  ]
}
