// The street's shape: a slightly crooked lattice of roads; each of its twelve blocks is a grid.
import { stream } from './random.mjs'

const ORIGIN = { lat: 29.5, lon: 106.52 }
const METRES_PER_LAT = 110_870
const METRES_PER_LON = 96_950
const COLUMNS = [0, 310, 590, 900, 1180]
const ROWS = [0, 240, 500, 745]
const HORIZONTAL = ['滨河路', '兴龙路', '龙泉路', '北环路']
const VERTICAL = ['西城路', '学府街', '中山街', '盘龙大道', '东城路']

export const communities = [
  { id: 'longquan', name: '龙泉社区' },
  { id: 'xinglong', name: '兴龙社区' },
  { id: 'panlong', name: '盘龙社区' },
]

/** The estates, one per block, in the order of the grids. */
export const estates = [
  '滨河家园', '兴龙里', '书院小区', '龙泉新村', '柳荫苑', '学府花园',
  '中山坊', '印染厂宿舍', '银杏苑', '盘龙新城一区', '盘龙新城二区', '盘龙新城三区',
]

const round = (n) => Math.round(n * 1e6) / 1e6
export const toLonLat = ([x, y]) => [round(ORIGIN.lon + x / METRES_PER_LON), round(ORIGIN.lat + y / METRES_PER_LAT)]

/** Crossing of road `column` with road `row`, in metres from the south-west corner. */
function crossing(column, row) {
  const bend = stream(1000 + column * 10 + row)
  return [COLUMNS[column] + (bend() - 0.5) * 36, ROWS[row] + (bend() - 0.5) * 30]
}

function between([x1, y1], [x2, y2], seed) {
  const bend = stream(seed)
  return [(x1 + x2) / 2 + (bend() - 0.5) * 16, (y1 + y2) / 2 + (bend() - 0.5) * 16]
}

const along = (column, row) => [crossing(column, row), between(crossing(column, row), crossing(column + 1, row), 2000 + column * 10 + row)]
const across = (column, row) => [crossing(column, row), between(crossing(column, row), crossing(column, row + 1), 3000 + column * 10 + row)]

function ring(column, row) {
  const south = along(column, row)
  const east = across(column + 1, row)
  const north = along(column, row + 1).slice(1)
  const west = across(column, row).slice(1)
  return [...south, ...east, crossing(column + 1, row + 1), ...north, crossing(column, row + 1), ...west, crossing(column, row)]
}

/** Every block with its place in the lattice; four columns, three rows, from the south-west. */
export function blocks() {
  const all = []
  for (let column = 0; column < 4; column++)
    for (let row = 0; row < 3; row++) {
      const community = column === 0 ? 0 : column === 3 ? 2 : row === 2 ? 0 : column === 1 ? 1 : row === 1 ? 2 : 1
      all.push({ column, row, community, ring: ring(column, row), estate: estates[all.length] })
    }
  return all
}

/** Grid id of block `index`: division, street, community and serial, as the unit code of the national standard is built. */
export function gridId(index) {
  const { community } = blocks()[index]
  const serial = blocks().slice(0, index + 1).filter((block) => block.community === community).length
  return `500199001${String(community + 1).padStart(3, '0')}${String(serial).padStart(3, '0')}`
}

export function grids() {
  return blocks().map((block, index) => ({
    id: gridId(index),
    name: `${communities[block.community].name}第${Number(gridId(index).slice(-3))}网格`,
    community: communities[block.community].id,
    community_name: communities[block.community].name,
    rings: [block.ring.map(toLonLat)],
    property_queue: `property-${index + 1}`,
  }))
}

/** Point in block `index` at the fractions `u` (west to east) and `v` (south to north), in metres. */
export function inBlock(index, u, v) {
  const { column, row } = blocks()[index]
  const [a, b, c, d] = [crossing(column, row), crossing(column + 1, row), crossing(column, row + 1), crossing(column + 1, row + 1)]
  const mix = (k) => (a[k] * (1 - u) + b[k] * u) * (1 - v) + (c[k] * (1 - u) + d[k] * u) * v
  return [mix(0), mix(1)]
}

const PARKS = [4, 8]

/** Buildings of a block, row by row, each with its number. */
export function buildings(index) {
  const size = stream(4000 + index)
  const list = []
  for (let v = 0.14; v < 0.86; v += 0.24)
    for (let u = 0.12; u < 0.86; u += 0.26) {
      if (PARKS.includes(index) && v > 0.5) continue
      const [x, y] = inBlock(index, u + 0.1, v + 0.06)
      const w = 22 + size() * 13
      const h = 14 + size() * 8
      list.push({ number: list.length + 1, centre: [x, y], ring: [[x - w, y - h], [x + w, y - h], [x + w, y + h], [x - w, y + h], [x - w, y - h]] })
    }
  return list
}

const feature = (layer, geometry, properties = {}) => ({ type: 'Feature', properties: { layer, ...properties }, geometry })

function roads() {
  const lines = []
  for (let row = 0; row < 4; row++) {
    const points = [0, 1, 2, 3].flatMap((column) => along(column, row)).concat([crossing(4, row)])
    lines.push(feature('road', { type: 'LineString', coordinates: points.map(toLonLat) }, { name: HORIZONTAL[row], class: row % 3 ? 'street' : 'main' }))
  }
  for (let column = 0; column < 5; column++) {
    const points = [0, 1, 2].flatMap((row) => across(column, row)).concat([crossing(column, 3)])
    lines.push(feature('road', { type: 'LineString', coordinates: points.map(toLonLat) }, { name: VERTICAL[column], class: column % 2 ? 'street' : 'main' }))
  }
  return lines
}

function paths() {
  return blocks().flatMap((_, index) =>
    [0.32, 0.62].map((v) =>
      feature('road', { type: 'LineString', coordinates: [0.04, 0.5, 0.96].map((u) => toLonLat(inBlock(index, u, v))) }, { name: '', class: 'path' }),
    ),
  )
}

/** The base map: water and green below, roads, then buildings. */
export function baseMap() {
  const river = [[-160, -190], [300, -150], [760, -180], [1340, -140], [1340, -40], [760, -70], [300, -42], [-160, -80], [-160, -190]]
  const parks = PARKS.map((index) => [[0.1, 0.56], [0.9, 0.56], [0.9, 0.92], [0.1, 0.92], [0.1, 0.56]].map(([u, v]) => inBlock(index, u, v)))
  return {
    type: 'FeatureCollection',
    name: '九溪街道（演示）',
    features: [
      feature('water', { type: 'Polygon', coordinates: [river.map(toLonLat)] }, { name: '九溪' }),
      ...parks.map((park, i) => feature('green', { type: 'Polygon', coordinates: [park.map(toLonLat)] }, { name: ['柳荫公园', '银杏公园'][i] })),
      ...roads(),
      ...paths(),
      ...blocks().flatMap((block, index) =>
        buildings(index).map((b) => feature('building', { type: 'Polygon', coordinates: [b.ring.map(toLonLat)] }, { name: `${b.number}号楼` })),
      ),
    ],
  }
}
