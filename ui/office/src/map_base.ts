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

/** The middle of the street, from its grids. */
export function middleOf(grids: readonly GridRow[]): LatLon | null {
  const corners = grids.flatMap((grid) => grid.rings[0] ?? [])
  if (!corners.length) return null
  const [lons, lats] = [corners.map((corner) => corner[0]), corners.map((corner) => corner[1])]
  return { lon: (Math.min(...lons) + Math.max(...lons)) / 2, lat: (Math.min(...lats) + Math.max(...lats)) / 2 }
}
