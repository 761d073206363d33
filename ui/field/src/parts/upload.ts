// Files cross to the phone as base64 chunks (Android's bridge carries no raw bytes).
import { CHUNK_BYTES, type Port } from '../platform/port'

function base64(chunk: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onerror = () => reject(reader.error)
    reader.onload = () => {
      const text = String(reader.result)
      resolve(text.slice(text.indexOf(',') + 1))
    }
    reader.readAsDataURL(chunk)
  })
}

/** Hands `file` to the phone piece by piece; returns the upload's name. `progress` runs from 0 to 1. */
export async function upload(phone: Port, file: File, progress: (done: number) => void = () => undefined): Promise<string> {
  const name = await phone.beginUpload(file.name, file.size)
  let offset = 0
  while (offset < file.size) {
    const end = Math.min(file.size, offset + CHUNK_BYTES)
    await phone.appendUpload(name, offset, await base64(file.slice(offset, end)))
    offset = end
    progress(offset / file.size)
  }
  return name
}
