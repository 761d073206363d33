// The map's look from the tokens, and its base from the street's own data or an imported archive.
import type { LayerSpecification, StyleSpecification } from 'maplibre-gl'

/** Where roads and buildings come from. `attribution` is shown on the map and is required for imported data. */
export type MapBase =
  | { kind: 'none' }
  | { kind: 'street'; data: GeoJSON.FeatureCollection }
  | { kind: 'tiles'; url: string; minzoom: number; maxzoom: number; attribution: string }

/** Reads a colour token of the theme in force. */
export const token = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim() || '#888888'

/** A style with the base and nothing else; grids and points are added by `grids.ts` and as markers. */
export function baseStyle(base: MapBase): StyleSpecification {
  return {
    version: 8,
    sources: sourceOf(base),
    layers: [
      { id: 'ground', type: 'background', paint: { 'background-color': token('--xg-map-ground') } },
      ...(base.kind === 'street' ? streetLayers() : base.kind === 'tiles' ? tileLayers() : []),
    ],
  }
}

function sourceOf(base: MapBase): StyleSpecification['sources'] {
  if (base.kind === 'street') return { base: { type: 'geojson', data: base.data } }
  if (base.kind === 'tiles') {
    return { base: { type: 'vector', tiles: [base.url], minzoom: base.minzoom, maxzoom: base.maxzoom, attribution: base.attribution } }
  }
  return {}
}

type Part = 'water' | 'green' | 'building' | 'road'

/** Layers of the street's GeoJSON, where the property `layer` says what a feature is. */
function streetLayers(): LayerSpecification[] {
  const only = (part: Part) => ({ source: 'base', filter: ['==', ['get', 'layer'], part] as ['==', ['get', string], string] })
  return drawn(only, only('road'))
}

/** Layers of vector tiles; names of both common schemas. */
function tileLayers(): LayerSpecification[] {
  const named: Record<Part, string> = { water: 'water', green: 'landuse', building: 'building', road: 'road' }
  const only = (part: Part) => ({ source: 'base', 'source-layer': named[part] })
  return drawn(only, only('road'))
}

type Origin = Pick<Extract<LayerSpecification, { type: 'line' }>, 'source' | 'source-layer' | 'filter'>

function drawn(only: (part: Part) => Origin, roads: Origin): LayerSpecification[] {
  const width = (scale: number) =>
    ['interpolate', ['exponential', 1.6], ['zoom'], 12, 1 * scale, 15, 4 * scale, 18, 18 * scale] as unknown as number
  const label = (color: string) => ({ 'text-color': token(color), 'text-halo-color': token('--xg-map-ground'), 'text-halo-width': 1.6 })
  const font = { 'text-font': ['sans-serif'], 'text-field': ['get', 'name'] as unknown as string }
  return [
    { id: 'green', type: 'fill', ...only('green'), paint: { 'fill-color': token('--xg-map-green') } },
    { id: 'water', type: 'fill', ...only('water'), paint: { 'fill-color': token('--xg-map-water') } },
    { id: 'road-edge', type: 'line', ...roads, layout: { 'line-cap': 'round', 'line-join': 'round' }, paint: { 'line-color': token('--xg-map-road-line'), 'line-width': width(1.35) } },
    { id: 'road', type: 'line', ...roads, layout: { 'line-cap': 'round', 'line-join': 'round' }, paint: { 'line-color': token('--xg-map-road'), 'line-width': width(1) } },
    { id: 'building', type: 'fill', minzoom: 14, ...only('building'), paint: { 'fill-color': token('--xg-map-building'), 'fill-outline-color': token('--xg-map-building-line') } },
    { id: 'water-name', type: 'symbol', ...only('water'), layout: { ...font, 'text-size': 12 }, paint: label('--xg-map-label') },
    { id: 'green-name', type: 'symbol', minzoom: 15, ...only('green'), layout: { ...font, 'text-size': 12 }, paint: label('--xg-map-label') },
    { id: 'building-name', type: 'symbol', minzoom: 16.5, ...only('building'), layout: { ...font, 'text-size': 11 }, paint: label('--xg-map-label') },
    { id: 'road-name', type: 'symbol', minzoom: 14.5, ...roads, layout: { ...font, 'symbol-placement': 'line', 'text-size': 12 }, paint: label('--xg-map-label') },
  ]
}
