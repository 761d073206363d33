import { describe, expect, it } from 'vitest'
import { FakeOffice } from '../fake/server'
import type { CaseListRow } from '../src/api/types'
import { takeIn, type ShownRow } from '../src/features/case/arrivals'

const [pattern] = (await (await new FakeOffice().handle(new Request('http://x/v1/cases', { headers: { 'x-fake-user': 'fake_user=triage' } }))).json() as { rows: CaseListRow[] }).rows
const row = (id: string, urgency = 3): CaseListRow => ({ ...pattern!, id, urgency })
const shownRows = (...ids: string[]): ShownRow[] => takeIn([], ids.map((id) => row(id)), true)
const ids = (rows: ShownRow[]) => rows.map((one) => one.row.id)

describe('a list that is being read', () => {
  it('starts as the server ordered it, with nothing marked', () => {
    const shown = shownRows('c', 'b', 'a')
    expect(ids(shown)).toEqual(['c', 'b', 'a'])
    expect(shown.some((one) => one.fresh || one.left)).toBe(false)
  })

  it('takes arrivals on top and keeps the order of what is shown', () => {
    const shown = takeIn(shownRows('c', 'b', 'a'), [row('e'), row('a'), row('d'), row('c'), row('b')], true)
    expect(ids(shown)).toEqual(['e', 'd', 'c', 'b', 'a'])
    expect(shown.filter((one) => one.fresh).map((one) => one.row.id)).toEqual(['e', 'd'])
  })

  it('shows what changed in a row without moving it', () => {
    const shown = takeIn(shownRows('b', 'a'), [row('a', 0), row('b')], true)
    expect(ids(shown)).toEqual(['b', 'a'])
    expect(shown[1]?.row.urgency).toBe(0)
  })

  it('marks what has left instead of taking it away, and unmarks it when it comes back', () => {
    const left = takeIn(shownRows('b', 'a'), [row('b')], true)
    expect(left.map((one) => one.left)).toEqual([false, true])
    expect(takeIn(left, [row('b'), row('a')], true).map((one) => one.left)).toEqual([false, false])
  })

  it('does not take a row for gone that only fell behind the end of a page', () => {
    expect(takeIn(shownRows('b', 'a'), [row('c'), row('b')], false).at(-1)).toMatchObject({ left: false })
  })

  it('puts older rows of a next page below', () => {
    const shown = takeIn(shownRows('c', 'b'), [row('c'), row('b'), row('a')], true)
    expect(ids(shown)).toEqual(['c', 'b', 'a'])
    expect(shown.at(-1)?.fresh).toBe(false)
  })
})
