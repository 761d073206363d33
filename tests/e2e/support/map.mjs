// Is a map on a picture? The style's own colours must be there, each on its share of the map; an empty map has the ground alone.
import assert from 'node:assert/strict'

/** Parts of a street map that every place of the demo street shows, with the token of their colour. */
const PARTS = { ground: '--xg-map-ground', road: '--xg-map-road', building: '--xg-map-building', grid: '--xg-map-grid-own' }
const PIN = { pin: '--xg-accent' }
/** The least share of the pixels; the dashed border of a grid is the smallest part. */
const LEAST = 0.0004
/** So far may a channel be from its token: the own grid lies over everything with 6 % of its colour, edges are smoothed. */
const NEAR = 14

/** Reads the colours in the page; runs there, so it stands alone. */
export const readTokens = (names) => names.map((name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim())

/** Counts in a browser page the share of pixels near each colour; `png` is base64, `cut` the map's place on it. */
async function shares(page, png, cut, colours) {
  return page.evaluate(async ({ png, cut, colours, near }) => {
    const bytes = Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0))
    const picture = await createImageBitmap(new Blob([bytes], { type: 'image/png' }))
    const { x, y, width, height } = cut ?? { x: 0, y: 0, width: picture.width, height: picture.height }
    const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })
    const channels = (colour) => {
      context.fillStyle = colour
      context.fillRect(0, 0, 1, 1)
      return context.getImageData(0, 0, 1, 1).data.slice(0, 3)
    }
    const wanted = Object.entries(colours).map(([part, colour]) => [part, channels(colour)])
    context.drawImage(picture, -x, -y)
    const { data } = context.getImageData(0, 0, width, height)
    return Object.fromEntries(wanted.map(([part, colour]) => {
      let found = 0
      for (let at = 0; at < data.length; at += 4) if (colour.every((channel, n) => Math.abs(channel - data[at + n]) <= near)) found++
      return [part, found / (data.length / 4)]
    }))
  }, { png, cut, colours, near: NEAR })
}

/** A picture of one colour, as base64. */
export const emptyMap = (page, colour) => page.evaluate(async (fill) => {
  const context = new OffscreenCanvas(390, 300).getContext('2d')
  context.fillStyle = fill
  context.fillRect(0, 0, 390, 300)
  const bytes = new Uint8Array(await (await context.canvas.convertToBlob({ type: 'image/png' })).arrayBuffer())
  return btoa(String.fromCharCode(...bytes))
}, colour)

/** Fails unless ground, roads, buildings and the own grid's border are on the picture of a map, and the pin where one is set. */
export async function assertMapDrawn(judge, png, tokens, { where, pin, cut }) {
  const parts = pin ? { ...PARTS, ...PIN } : PARTS
  const values = await tokens(Object.values(parts))
  const colours = Object.fromEntries(Object.keys(parts).map((part, n) => [part, values[n]]))
  const seen = await shares(judge, png, cut, colours)
  const told = Object.entries(seen).map(([part, share]) => `${part} ${(share * 100).toFixed(2)} %`).join(', ')
  assert.ok(Object.values(seen).every((share) => share >= LEAST), `${where}: the map lacks something: ${told}`)
  return told
}
