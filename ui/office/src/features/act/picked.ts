/** The files chosen for a form, to be shown beside it: the server shows a photo only once it belongs to a case. */
import type { PhotoManifest } from '../../api/types'

const pictures = new Map<string, string>()
const nameOf = (photo: PhotoManifest) => photo.upright?.sha256 ?? photo.original?.sha256 ?? ''

export const pictureOf = (photo: PhotoManifest) => pictures.get(nameOf(photo))

export function keepPicture(photo: PhotoManifest, file: Blob) {
  dropPicture(photo)
  pictures.set(nameOf(photo), URL.createObjectURL(file))
}

export function dropPicture(photo: PhotoManifest) {
  const picture = pictureOf(photo)
  if (picture) URL.revokeObjectURL(picture)
  pictures.delete(nameOf(photo))
}
