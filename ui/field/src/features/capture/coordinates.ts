// A position as typed: latitude, then longitude, in degrees (WGS-84).
import type { LatLon } from '../../platform/types'

export const coordinates = ({ lat, lon }: LatLon): string => `${lat.toFixed(6)}, ${lon.toFixed(6)}`

/** Null for what is no position; 0,0 is none either. */
export function typedCoordinates(text: string): LatLon | null {
  const parts = text.replace(/，/g, ',').split(/[\s,]+/).filter(Boolean)
  const [lat, lon] = parts.map(Number)
  if (parts.length !== 2 || lat === undefined || lon === undefined || !Number.isFinite(lat) || !Number.isFinite(lon)) return null
  if (Math.abs(lat) > 90 || Math.abs(lon) > 180 || (lat === 0 && lon === 0)) return null
  return { lat, lon }
}
