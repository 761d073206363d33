import { ref, readonly } from 'vue'

/** Whether the live connection stands; null before the first attempt. */
const connected = ref<boolean | null>(null)
const listeners = new Set<() => void>()
let source: EventSource | undefined
let fallback: ReturnType<typeof setInterval> | undefined
let soon: ReturnType<typeof setTimeout> | undefined

/** While the live connection is down, lists are read again this often. */
const FALLBACK_MS = 15_000
/** Hints that come in one burst cause one reading. */
const GATHER_MS = 150

function tell() {
  clearTimeout(soon)
  soon = setTimeout(() => listeners.forEach((listener) => listener()), GATHER_MS)
}

function open() {
  source = new EventSource('/v1/live')
  source.onopen = () => {
    const back = connected.value === false
    connected.value = true
    clearInterval(fallback)
    fallback = undefined
    // Something may have happened while the connection was down.
    if (back) tell()
  }
  source.onerror = () => {
    connected.value = false
    fallback ??= setInterval(tell, FALLBACK_MS)
    // A closed source does not come back by itself (the server answered with an error).
    if (source?.readyState === EventSource.CLOSED) setTimeout(() => { if (source) { source.close(); open() } }, 3000)
  }
  source.addEventListener('poke', tell)
}

/** Starts listening; a hint carries no content, only that something changed. */
export function startLive() {
  if (!source) open()
}

export function stopLive() {
  source?.close()
  source = undefined
  clearInterval(fallback)
  fallback = undefined
  connected.value = null
}

/** Calls `listener` whenever the server hints at a change; returns how to stop. */
export function onLive(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const liveState = readonly(connected)
