// Can this web view draw a map?
let known: boolean | undefined

/** What MapLibre calls and web views of 2020 lack; its worker cannot be helped from outside. */
const newEnough = () => 'hasOwn' in Object && 'at' in Array.prototype

/** True with WebGL2 and a web view new enough for MapLibre. Without, a map page becomes a list by distance. */
export function canDrawMaps(): boolean {
  if (known === undefined) {
    try {
      known = newEnough() && document.createElement('canvas').getContext('webgl2') !== null
    } catch {
      known = false
    }
  }
  return known
}

/** Metres between two positions, on a sphere. */
export function metresBetween(a: { lat: number; lon: number }, b: { lat: number; lon: number }): number {
  const radians = (degrees: number) => (degrees * Math.PI) / 180
  const chord =
    Math.sin(radians(b.lat - a.lat) / 2) ** 2 +
    Math.cos(radians(a.lat)) * Math.cos(radians(b.lat)) * Math.sin(radians(b.lon - a.lon) / 2) ** 2
  return 2 * 6_371_009 * Math.asin(Math.sqrt(Math.min(1, chord)))
}
