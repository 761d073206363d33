import { expect, it } from 'vitest'

import { coordinates, typedCoordinates } from '../src/features/capture/coordinates'
import { boundsOf } from '../src/features/map/bounds'
import { daysOf, endOfDay, localDate, monthAfter, weekdays } from '../src/features/visit/days'
import { floorOf, unitsOf } from '../src/features/visit/doors'
import { newNeedId } from '../src/features/visit/ids'
import type { GridRow, HouseholdSummary } from '../src/platform/types'

it.each([
  ['29.50405, 106.5295', { lat: 29.50405, lon: 106.5295 }],
  ['29.50405，106.5295', { lat: 29.50405, lon: 106.5295 }],
  ['  29.5   106.5 ', { lat: 29.5, lon: 106.5 }],
  ['0, 0', null],
  ['91, 10', null],
  ['29.5', null],
  ['29.5, 106.5, 3', null],
  ['north, east', null],
  ['', null],
])('the typed position %j is read as %j', (text, point) => {
  expect(typedCoordinates(text)).toEqual(point)
})

it('a position that is shown can be typed back', () => {
  const point = { lat: -29.504051, lon: 106.529499 }
  expect(typedCoordinates(coordinates(point))).toEqual(point)
})

it.each([['501', '5'], ['1203', '12'], ['101', '1'], ['A1', ''], ['', ''], ['12', '']])('room %j is on floor %j', (room, floor) => {
  expect(floorOf(room)).toBe(floor)
})

it('units stand beside each other and floors from the top down', () => {
  const home = (unit: string, room: string) => ({ unit, room }) as HouseholdSummary
  const units = unitsOf([home('2单元', '101'), home('1单元', '201'), home('1单元', '1002'), home('1单元', '1001')])
  const drawn = units.map((unit) => [unit.name, unit.floors.map((floor) => floor.doors.map((door) => door?.room ?? '').join('|'))])
  expect(drawn).toEqual([
    ['1单元', ['1001|1002', ...Array<string>(7).fill('|'), '201|', '|']],
    ['2单元', [...Array<string>(9).fill(''), '101']],
  ])
})

it('a room without a floor stands below the others, and two households behind one door both', () => {
  const home = (room: string, id = room) => ({ id, unit: '', room }) as HouseholdSummary
  const [unit] = unitsOf([home('门卫室'), home('101', 'a'), home('101', 'b')])
  expect(unit?.floors.map((floor) => [floor.name, floor.doors.map((door) => door?.id)])).toEqual([
    ['1', ['a', 'b']],
    ['', ['门卫室']],
  ])
})

it('a map begins with all of the own grids and nothing else', () => {
  const grid = (id: string, ring: [number, number][]) => ({ id, rings: [ring] }) as GridRow
  const grids = [grid('a', [[106.1, 29.5], [106.2, 29.6]]), grid('b', [[106.2, 29.4], [106.3, 29.5]]), grid('c', [[107, 30]])]
  expect(boundsOf(grids, ['a', 'b'])).toEqual([{ lat: 29.4, lon: 106.1 }, { lat: 29.6, lon: 106.3 }])
  expect(boundsOf(grids, [])).toBeUndefined()
})

it('a need is named by a UUIDv7 of its time', () => {
  const id = newNeedId(0x0123456789ab, new Uint8Array([0xff, 0xee, 0xdd, 0xcc, 0xbb, 0xaa, 0x99, 0x88, 0x77, 0x66]))
  expect(id).toMatch(/^01234567-89ab-7ffe-[89ab]dd[0-9a-f]-[0-9a-f]{12}$/)
})

it('a promise for a day may be kept until its last minute', () => {
  const by = endOfDay('2026-03-11')
  expect(localDate(by)).toBe('2026-03-11')
  expect(localDate(by, 1)).toBe('2026-03-12')
  expect(endOfDay('soon')).toBeNaN()
})

it('a month is laid out in weeks from Monday, in the language of the app', () => {
  // 1 March 2026 is a Sunday.
  expect(daysOf('2026-03').slice(0, 8)).toEqual([null, null, null, null, null, null, '2026-03-01', '2026-03-02'])
  expect([daysOf('2026-02'), daysOf('2028-02')].map((days) => days.filter(Boolean).length)).toEqual([28, 29])
  expect([monthAfter('2026-12', 1), monthAfter('2026-01', -1)]).toEqual(['2027-01', '2025-12'])
  expect(weekdays('zh-CN')).toEqual(['一', '二', '三', '四', '五', '六', '日'])
  expect(weekdays('en').join('')).toBe('MTWTFSS')
})
