// One clear line drawing per category and need, on a 32 × 32 field, stroked by `XgPictogram.vue`. Our own drawings.

/** A circle as path data, for drawings made of one path. */
const ring = (x: number, y: number, r: number) => `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0`

const ground = 'M3 28h26'
const wave = (y: number) => `M3 ${y}c2-2 4-2 6.5 0s4.5 2 6.5 0 4-2 6.5 0 4.5 2 6.5 0`
const wheelchair = `${ring(14, 6, 2.5)}M14 11v8h7l3 7h3M14 14h6M10.5 15.5a7 7 0 1 0 9.5 9.5`
const bowl = 'M4 16h24a12 10 0 0 1-24 0zM11 28h10'

const drawings = {
  'tree-fallen': `${ground}M4 28v-5h5v5M5 23l1.5-3 2 2 .5-3M12 27l8-6M20 23c-4 1-7-3-5-6-2-4 1-8 5-7 2-4 8-3 8 1 3 2 3 6 0 8 0 4-5 6-8 4zM20 17l3-3M23 14v3`,
  'sign-fallen': `${ground}M9 5l17 5-4 12L5 17zM10 10l11 3M9 14l8 2.5M9 28l2-9M17 28l1-7`,
  'building-damage': `${ground}M7 28V4h18v24M17 4l-4 6 5 4-5 6 3 8M10.5 9v3M22 9v3M22 17v3M10.5 22v2`,
  'falling-object': `M4 3h9v25H4M8.5 8v3M8.5 16v3M19 18h8v8h-8zM20 6v7M26 8v6M3 28h11M17 29h12`,
  'cable-down': 'M5 29V4M2 8h6M27 29V4M24 8h6M5 8c4 5 6 8 7 12M27 8c-3 3-5 5-6 8M14 19l-3 5h4l-2 5',
  waterlogging: `M6 17l2-7h14l3 7M4 20v-3h24v3M12 13.5h6${wave(25)}`,
  'slope-failure': `M3 28 21 6h8v22zM18 16l4 3M14 21l5 3${ring(8, 13, 2.5)}${ring(13, 7, 2)}`,
  'power-fault': 'M18 3 8 18h7l-2 11 11-16h-7z',
  'water-burst': 'M3 18h9l2 3-1 4M29 18h-9l-2 3 2 4M3 26h10M29 26h-9M16 16V5M11 14 7 7M21 14l4-7',
  'gas-leak': 'M9 13h12v13a3 3 0 0 1-3 3h-6a3 3 0 0 1-3-3zM12 13V9h6v4M21 9c2-2 3 1 5-1M21 5c2-2 4 1 7-1M25 13c1-1 2 .5 3-.5M9 19h12',
  'sewer-overflow': `M8 12a8 3 0 1 0 16 0a8 3 0 1 0-16 0M8 12v4M24 12v4M16 9V3M12 9c-1-3-3-3-4-5M20 9c1-3 3-3 4-5${wave(22)}${wave(27)}`,
  'road-collapse': 'M3 11h8l2 5-3 4 5 8h3l4-7-3-4 3-6h7M5 7h3M12 7h3M19 7h3M26 7h2',
  'snow-ice': 'M16 3v26M4.7 9.5l22.6 13M27.3 9.5l-22.6 13M12 5l4 4 4-4M12 27l4-4 4 4M5 15l5-2-1-5M27 17l-5 2 1 5',
  'lift-fault': 'M6 3h20v26H6zM16 3v26M9 13l2-3 2 3M19 19l2 3 2-3',
  'fire-smoke': 'M17 3c1 6 8 9 8 17a9 9 0 0 1-18 0c0-4 2-6 3-9 2 1 3 3 3 5 3-3 5-7 4-13zM16 29c-3-2-3-5 0-8 3 3 3 6 0 8z',
  'people-trapped': `M4 4h24v24H4z${ring(16, 12, 3.5)}M9 28c0-7 3-10 7-10s7 3 7 10M4 10h4M24 10h4`,
  manhole: `${ring(16, 16, 12)}${ring(16, 16, 8.5)}M12.5 11.5v9M16 10v12M19.5 11.5v9M9 16h14`,
  'drain-grate': 'M3 8h26v16H3zM8 12v8M13.3 12v8M18.7 12v8M24 12v8',
  'street-light': 'M9 28V9a5 5 0 0 1 10 0M14 9h10l-2 4h-6zM5 28h8M16 17l-1 4M19 17v5M22 17l1 4',
  pole: `${ground}M10 28 19 4M13 8l10 4M12 13l8 3M14 28c2-3 2-5 1-8`,
  'traffic-sign': 'M16 3 27 20H5zM16 20v9M16 9v5M16 17v.01',
  guardrail: 'M3 10h26v6H3zM8 16v12M24 16v12M3 28h26M10 10l5 6M18 10l5 6',
  'barrier-free': wheelchair,
  'bin-damaged': 'M8 10h16l-2 18H10zM5 10h22M13 6h6M16 10l-3 6 5 3-3 5',
  toilet: `${ring(9, 6, 2.5)}M9 11l-4 9h3v8h2v-8h3zM16 4v24${ring(23, 6, 2.5)}M20 11h6v8h-1v9h-4v-9h-1z`,
  fitness: 'M11 16h10M8 9v14M11 11v10M4 13v6M24 9v14M21 11v10M28 13v6',
  'fire-equipment': 'M10 13h10v13a3 3 0 0 1-3 3h-4a3 3 0 0 1-3-3zM12 13V9h6v4M15 9V5h7M18 9c4 0 7 2 7 6v5M10 18h10',
  'road-damage': 'M9 4 3 28M23 4l6 24M16 4v5M9 20a7 4 0 1 0 14 0a7 4 0 1 0-14 0M12.5 20l3-1.5 2 2.5 3-1',
  'exposed-waste': 'M6 28c-4-5-2-12 4-14L8 10h7l-2 4c6 2 7 9 4 14zM19 17l1-3h5l-1 3c4 2 5 7 3 11h-8M3 28h26',
  'bin-overflow': 'M8 15h16l-2 13H10zM5 15h22M9 15c-1-4 3-6 5-4M14 11c0-6 8-6 8 0 2 0 2 2 2 4M11 6l2-3M22 5l2-2',
  'construction-waste': 'M3 28l9-13 5 6 4-5 8 12zM14 4h8v6h-8zM5 9h6v5H5z',
  'road-spill': `M3 7h14v13H3zM17 11h6l5 5v4H17z${ring(9, 21, 2.5)}${ring(23, 21, 2.5)}M5 27v2M10 27v2M15 26v2M15 23v.01`,
  'bulky-waste': 'M6 14V8h20v6M3 14h4v6h18v-6h4v11H3zM6 25v3M26 25v3M16 8v12',
  'abandoned-vehicle': `M4 19l3-8h18l3 8v6H4z${ring(9, 25, 2.5)}${ring(23, 25, 2.5)}M13 13l6 5M19 13l-6 5`,
  clutter: 'M3 16h12v12H3zM15 18h14v10H15zM8 5h13v11H8zM8 9h13M7 16v4M20 18v4',
  'green-damage': 'M16 28V15M16 18c0-6-4-9-10-9 0 6 4 9 10 9zM16 14c0-5 4-9 10-9 0 6-4 9-10 9zM8 28h16M21 20l6 6M27 20l-6 6',
  'tree-prune': `${ring(11, 11, 8)}M11 13v15M5 28h12M11 19l3-3${ring(22, 27, 2)}${ring(28, 24, 2)}M23 25l4-11M26.5 23 19 17`,
  'illegal-build': 'M4 28V17h24v11zM9 17v-6l7-6 7 6v6M16 20v6M13 23h6',
  noise: 'M4 12h6l7-6v20l-7-6H4zM21 12a6 6 0 0 1 0 8M25 8a12 12 0 0 1 0 16',
  'fumes-burning': 'M16 29c-5 0-7-3-7-7 0-4 5-6 5-10 3 2 4 4 4 7l2-2c2 2 3 4 3 6 0 4-3 6-7 6zM9 10c-2-3 2-4 0-7M23 10c-2-3 2-4 0-7M16 8c-2-2 2-3 0-6',
  'sewage-dump': `M3 6h13v9H3M16 4v13M22 13c2 3 3 4 3 6a3 3 0 0 1-6 0c0-2 1-3 3-6z${wave(27)}`,
  animal: `M16 16c5 0 8 5 7 8-1 4-4 2-7 2s-6 2-7-2c-1-3 2-8 7-8z${ring(7, 15, 2.5)}${ring(12.5, 8, 2.7)}${ring(19.5, 8, 2.7)}${ring(25, 15, 2.5)}`,
  vendor: 'M4 12l3-8h18l3 8c0 5-6 5-6 0 0 5-6 5-6 0 0 5-6 5-6 0 0 5-6 5-6 0zM4 12h24M7 17v11M25 17v11M7 22h18',
  'shop-overflow': 'M3 12l2-8h14l2 8zM5 12v16h14V12M9.5 28v-9h5v9M22 21h7v7h-7zM22 15h5v6',
  ads: 'M6 3h15l5 5v21H6zM21 3v5h5M10 13h12M10 18h12M10 23h7',
  parking: 'M4 4h24v24H4zM12 23V9h5a4.5 4.5 0 0 1 0 9h-5',
  'fire-lane': `M4 29V3M28 29V3M10 20l2-6h8l2 6v5H10z${ring(13, 25, 1.5)}${ring(19, 25, 1.5)}M16 3v3M16 9v2M13 17h6`,
  site: 'M9 28V4h18M9 10h14l4-6M4 28h12M9 4 4 10h5M23 10v5M20 15h6v5h-6zM9 16l-2 6M9 16l2 6',
  'ebike-charging': `${ring(8, 23, 5)}${ring(24, 23, 5)}M8 23l4-11h8l4 11M9 12h4M16 23l4-11M17 2l-3 5h5l-3 5`,
  'corridor-clutter': 'M3 28h7v-6h6v-6h6v-6h7M4 8h9v9H4zM4 12h9M21 22h7v6h-7z',
  'small-place-hazard': 'M3 12l3-8h20l3 8zM5 12v16h22V12M16 16v5M16 24.5v.01',
  'food-safety': `${bowl}M17 12l6-9M21 12l6-8`,
  'police-matter': 'M16 3l11 4v8c0 7-5 11-11 14C10 26 5 22 5 15V7zM11 16l4 4 7-8',
  'neighbor-dispute': 'M3 5h17v12h-9l-5 5v-5H3zM23 11h6v12h-3v5l-5-5h-8v-3M8 9h7M8 13h4',
  'property-dispute': 'M4 28V7h12v21M3 28h16M8 12h4M8 17h4M8 22h4M19 4h10v9h-5l-3 3v-3h-2z',
  other: `${ring(16, 16, 12)}M10 16v.01M16 16v.01M22 16v.01`,

  'need-home-repair': 'M27 9l-5 5-4-1-1-4 5-5a8 8 0 0 0-10 10L4 22a3.5 3.5 0 0 0 5 5l8-8A8 8 0 0 0 27 9z',
  'need-care': 'M16 12c-3-6-11-4-9 3 1 4 6 6 9 10 3-4 8-6 9-10 2-7-6-9-9-3z',
  'need-meal': `${bowl}M11 12c-2-3 2-4 0-7M16 12c-2-3 2-4 0-7M21 12c-2-3 2-4 0-7`,
  'need-health': 'M12 4h8v8h8v8h-8v8h-8v-8H4v-8h8z',
  'need-counsel': 'M4 4h24v18H16l-6 6v-6H4zM16 11c-2-3-6-1-5 2 1 2 4 3 5 5 1-2 4-3 5-5 1-3-3-5-5-2z',
  'need-minor': `${ring(16, 7, 4)}M16 12v9M7 15l9 2 9-2M11 29l5-8 5 8`,
  'need-disability': wheelchair,
  'need-aid': `${ring(16, 12, 9)}M12 7l4 5 4-5M16 12v5M12.5 12.5h7M4 24c4 0 6 3 12 3s8-3 12-3`,
  'need-digital': 'M9 3h14v26H9zM14 25h4M13 8h6M13 12h6M13 16h3',
  'need-activity': `${ring(10, 9, 4)}${ring(22, 9, 4)}M3 26c0-7 3-10 7-10s7 3 7 10M19 17c5-3 10 1 10 9`,
  'need-legal-job': 'M16 4v24M9 28h14M5 8h22M7 8l-4 9h8zM25 8l-4 9h8z',
  'need-paperwork': 'M7 3h13l5 5v21H7zM20 3v5h5M11 14h10M11 19h10M11 24h6',
} as const satisfies Record<string, string>

/** Names of the drawings. */
export type PictogramName = keyof typeof drawings

/** Names of all drawings, for tests and galleries. */
export const PICTOGRAMS = Object.keys(drawings) as PictogramName[]

/** Path data of a category's drawing; categories a street added itself get the drawing of `other`. */
export function pictogram(name: string): string {
  return name in drawings ? drawings[name as PictogramName] : drawings.other
}
