// The part of the street a map begins with.
import type { GridRow, LatLon } from '../../platform/types'

/** South-west and north-east corner of these grids; undefined when none of them has a border. */
export function boundsOf(grids: readonly GridRow[], ids: readonly string[]): readonly [LatLon, LatLon] | undefined {
  const points = grids.filter((grid) => ids.includes(grid.id)).flatMap((grid) => grid.rings.flat())
  if (points.length === 0) return undefined
  const lons = points.map(([lon]) => lon)
  const lats = points.map(([, lat]) => lat)
  return [
    { lat: Math.min(...lats), lon: Math.min(...lons) },
    { lat: Math.max(...lats), lon: Math.max(...lons) },
  ]
}
