import { useQuery } from '@tanstack/vue-query'
import type { MapBase } from '@xunge/kit/map/style'
import { computed } from 'vue'
import { getBasemap } from './api/calls'
import type { GridRow, LatLon } from './api/types'

/** The street's own base map; without one the grids alone are drawn. */
export function useMapBase() {
  const { data } = useQuery({ queryKey: ['basemap'], queryFn: getBasemap, staleTime: Infinity, retry: false })
  return computed<MapBase>(() => (data.value ? { kind: 'street', data: data.value } : { kind: 'none' }))
}

/** West, south, east and north end of the street, from its grids; null without any. */
function boundsOf(grids: readonly GridRow[]) {
  const corners = grids.flatMap((grid) => grid.rings[0] ?? [])
  if (!corners.length) return null
  const [lons, lats] = [corners.map((corner) => corner[0]), corners.map((corner) => corner[1])]
  return { west: Math.min(...lons), south: Math.min(...lats), east: Math.max(...lons), north: Math.max(...lats) }
}

/** The middle of the street, from its grids. */
export function middleOf(grids: readonly GridRow[]): LatLon | null {
  const bounds = boundsOf(grids)
  return bounds && { lon: (bounds.west + bounds.east) / 2, lat: (bounds.south + bounds.north) / 2 }
}

/** At zoom 0 the world is this many pixels wide. */
const WORLD_PX = 512
/** Further in than this a street's map shows less than one building. */
const NEAREST = 17

/** The zoom at which the whole street fits into a room of pixels, with a margin. */
export function zoomFor(grids: readonly GridRow[], room: { width: number, height: number }): number {
  const bounds = boundsOf(grids)
  if (!bounds || !room.width || !room.height) return 14
  const squeeze = Math.cos((bounds.north * Math.PI) / 180)
  const wide = (room.width * 360) / (WORLD_PX * Math.max(bounds.east - bounds.west, 1e-6))
  const high = (room.height * 360 * squeeze) / (WORLD_PX * Math.max(bounds.north - bounds.south, 1e-6))
  return Math.min(NEAREST, Math.log2(Math.min(wide, high) * 0.92))
}
