// Names for needs, made here so that a draft names them before it is saved: UUIDv7 as everywhere else.

/** A UUIDv7: 48 bits of time, then random bits. */
export function newNeedId(now: number = Date.now(), random: Uint8Array = crypto.getRandomValues(new Uint8Array(10))): string {
  const time = now.toString(16).padStart(12, '0')
  const hex = [...random].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  const variant = ((parseInt(hex.slice(3, 4), 16) & 0x3) | 0x8).toString(16)
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hex.slice(0, 3)}-${variant}${hex.slice(4, 7)}-${hex.slice(7, 19)}`
}
