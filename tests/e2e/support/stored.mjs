// When the server had each photo file whole on its disk, from the files themselves.
import { readdirSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'

/** Nanoseconds at which the bytes of a file named by `sha256` were written; undefined while the server has none. */
export function storedAt(serverFolder, sha256) {
  const found = readdirSync(serverFolder, { recursive: true }).find((path) => basename(path) === sha256)
  return found && statSync(join(serverFolder, found), { bigint: true }).mtimeNs
}

/** The hashes of both copies of a case's photos. */
export const copiesOf = (row) => ({
  previews: row.photos.map((photo) => photo.preview.sha256),
  uprights: row.photos.map((photo) => photo.upright.sha256),
})
