// Rooms as they lie in a building: units, floors from the top down, doors from left to right.
import type { HouseholdSummary } from '../../platform/types'

export type Floor = { name: string; homes: HouseholdSummary[] }
export type BuildingUnit = { name: string; floors: Floor[] }

/** `501` is on floor 5, `1203` on floor 12; what is no number has no floor. */
export const floorOf = (room: string): string => /^(\d{1,2})\d{2}$/.exec(room.trim())?.[1] ?? ''

const inOrder = (a: string, b: string) => a.localeCompare(b, 'zh', { numeric: true })

function grouped<T>(rows: T[], key: (row: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const row of rows) groups.set(key(row), [...(groups.get(key(row)) ?? []), row])
  return groups
}

export function unitsOf(homes: HouseholdSummary[]): BuildingUnit[] {
  return [...grouped(homes, (home) => home.unit)]
    .sort(([a], [b]) => inOrder(a, b))
    .map(([name, rows]) => ({
      name,
      floors: [...grouped(rows, (home) => floorOf(home.room))]
        .sort(([a], [b]) => inOrder(b, a))
        .map(([floor, doors]) => ({ name: floor, homes: doors.sort((a, b) => inOrder(a.room, b.room)) })),
    }))
}
