import type { CaseRow, PhotoManifest } from '../../api/types'

/** A photo of a case as it can be shown: which of its files the server holds. */
export interface ShownPhoto {
  key: string
  photo: PhotoManifest
  /** The best file the server holds. */
  sha256: string | null
  /** The small file, for thumbnails. */
  small: string | null
  /** The untouched picture, once the phone has sent it. */
  original: string | null
  /** The full picture has not come yet. */
  waiting: boolean
  after: boolean
  width: number
  height: number
}

export function shownPhoto(photo: PhotoManifest, stored: ReadonlySet<string>, after: boolean): ShownPhoto {
  const held = (file: { sha256: string } | null) => (file && stored.has(file.sha256) ? file.sha256 : null)
  const [upright, preview] = [held(photo.upright), held(photo.preview)]
  return {
    key: photo.upright?.sha256 ?? photo.original?.sha256 ?? '', photo, sha256: upright ?? preview, small: preview ?? upright, original: held(photo.original), waiting: upright === null, after,
    width: photo.upright?.width || 4, height: photo.upright?.height || 3,
  }
}

/** All photos of a case: the report's first, then those of each step; the ones of a resolution show the state after. */
export function photosOf(row: CaseRow): ShownPhoto[] {
  const stored = new Set(row.stored)
  const steps = row.timeline.flatMap((step) => step.photos.map((photo) => shownPhoto(photo, stored, photo.role === 'after' || step.what === 'resolve')))
  const all = [...row.photos.map((photo) => shownPhoto(photo, stored, false)), ...steps]
  return all.filter((one, n) => all.findIndex((other) => other.key === one.key) === n)
}
