// Grids, the accuracy circle and their names, as layers above the base.
import type { GeoJSONSource, Map as GlMap } from 'maplibre-gl'

import type { GridRow } from '../generated/GridRow'
import type { LatLon } from '../generated/LatLon'
import { token } from './style'

/** Puts the layers on a map whose style has just been loaded. */
export function addGrids(map: GlMap, grids: readonly GridRow[], own: readonly string[]): void {
  map.addSource('grids', { type: 'geojson', data: gridShapes(grids, own) })
  map.addSource('accuracy', { type: 'geojson', data: circle(null, null) })
  const color = ['case', ['get', 'own'], token('--xg-map-grid-own'), token('--xg-map-grid')] as unknown as string
  map.addLayer({ id: 'grid-own', type: 'fill', source: 'grids', filter: ['get', 'own'] as never, paint: { 'fill-color': token('--xg-map-grid-own'), 'fill-opacity': 0.06 } })
  map.addLayer({ id: 'grid-line', type: 'line', source: 'grids', paint: { 'line-color': color, 'line-width': ['case', ['get', 'own'], 2.5, 1.2] as unknown as number, 'line-dasharray': [3, 2] } })
  map.addLayer({
    id: 'grid-name',
    type: 'symbol',
    source: 'grids',
    minzoom: 13,
    layout: { 'text-field': ['get', 'name'] as unknown as string, 'text-size': 12, 'text-font': ['sans-serif'], 'symbol-placement': 'point' },
    paint: { 'text-color': color, 'text-halo-color': token('--xg-map-ground'), 'text-halo-width': 2 },
  })
  map.addLayer({ id: 'accuracy', type: 'fill', source: 'accuracy', paint: { 'fill-color': token('--xg-link'), 'fill-opacity': 0.18, 'fill-outline-color': token('--xg-link') } })
}

/** Shows how sure a position is; nothing without an accuracy. */
export function showAccuracy(map: GlMap, point: LatLon | null, accuracy: number | null): void {
  map.getSource<GeoJSONSource>('accuracy')?.setData(circle(point, accuracy))
}

/** Replaces the grids. */
export function showGrids(map: GlMap, grids: readonly GridRow[], own: readonly string[]): void {
  map.getSource<GeoJSONSource>('grids')?.setData(gridShapes(grids, own))
}

function gridShapes(grids: readonly GridRow[], own: readonly string[]): GeoJSON.FeatureCollection {
  return {
    type: 'FeatureCollection',
    features: grids.map((grid) => ({
      type: 'Feature',
      properties: { name: grid.name, own: own.includes(grid.id) },
      geometry: { type: 'Polygon', coordinates: grid.rings },
    })),
  }
}

/** A circle of `radius` metres as a polygon of 48 corners. */
function circle(point: LatLon | null, radius: number | null): GeoJSON.FeatureCollection {
  if (!point || !radius) return { type: 'FeatureCollection', features: [] }
  const metresPerDegree = 111_320
  const ring = Array.from({ length: 49 }, (_, corner): [number, number] => {
    const angle = (corner / 48) * 2 * Math.PI
    return [
      point.lon + (radius * Math.cos(angle)) / (metresPerDegree * Math.cos((point.lat * Math.PI) / 180)),
      point.lat + (radius * Math.sin(angle)) / metresPerDegree,
    ]
  })
  return { type: 'FeatureCollection', features: [{ type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates: [ring] } }] }
}
