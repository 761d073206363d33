// Rooms as they lie in a building: units, floors from the top down, doors from left to right.
import type { HouseholdSummary } from '../../platform/types'

/** A place for a door: the household behind it, or none known there. */
export type Floor = { name: string; doors: (HouseholdSummary | null)[] }
export type BuildingUnit = { name: string; homes: HouseholdSummary[]; floors: Floor[] }

const NUMBERED = /^(\d{1,2})(\d{2})$/

/** `501` is on floor 5, `1203` on floor 12; what is no number has no floor. */
export const floorOf = (room: string): string => NUMBERED.exec(room.trim())?.[1] ?? ''

/** Doors of the same stack: `501` and `601` are both `01`. */
const stackOf = (room: string): string => NUMBERED.exec(room.trim())?.[2] ?? room.trim()

const inOrder = (a: string, b: string) => a.localeCompare(b, 'zh', { numeric: true })
const distinct = (values: string[]) => [...new Set(values)].sort(inOrder)

/** Every floor of the building from the top down, those without a known household too; rooms without a floor come last. */
function floorsOf(homes: HouseholdSummary[]): string[] {
  const names = homes.map((home) => floorOf(home.room))
  const top = Math.max(0, ...names.map(Number))
  const numbered = Array.from({ length: top }, (_, below) => String(top - below))
  return names.includes('') ? [...numbered, ''] : numbered
}

/** The units side by side; each has all floors of the building and as many places on each as it has stacks of doors. */
export function unitsOf(homes: HouseholdSummary[]): BuildingUnit[] {
  const floors = floorsOf(homes)
  return distinct(homes.map((home) => home.unit)).map((name) => {
    const own = homes.filter((home) => home.unit === name)
    return { name, homes: own, floors: floors.map((floor) => ({ name: floor, doors: doorsOn(floor, own) })) }
  })
}

function doorsOn(floor: string, unit: HouseholdSummary[]): Floor['doors'] {
  const here = unit.filter((home) => floorOf(home.room) === floor)
  if (floor === '') return [...here].sort((a, b) => inOrder(a.room, b.room))
  const stacks = distinct(unit.filter((home) => floorOf(home.room) !== '').map((home) => stackOf(home.room)))
  return stacks.flatMap((stack) => {
    const behind = here.filter((home) => stackOf(home.room) === stack)
    return behind.length > 0 ? behind : [null]
  })
}
