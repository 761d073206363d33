import type { ErrorCode } from './types'

/** A refused request: the code and its details, never prose. The words come from the message files. */
export class ApiError extends Error {
  constructor(readonly code: ErrorCode, readonly details: unknown, readonly status: number) {
    super(code)
  }
}

/** What the server said the case is by now, when an act came too late. */
export interface StaleDetails { now: string, state_rev: number }

let onSignedOut: () => void = () => undefined

/** Called when the server no longer knows the session, so that the sign-in page can take over. */
export function whenSignedOut(handler: () => void) {
  onSignedOut = handler
}

function errorOf(body: unknown, status: number): ApiError {
  const error = (body as { error?: { code?: ErrorCode, details?: unknown } } | null)?.error
  return new ApiError(error?.code ?? (status >= 500 ? 'internal' : 'bad_request'), error?.details, status)
}

async function answer(response: Response): Promise<unknown> {
  const text = await response.text()
  if (!text) return null
  try {
    return JSON.parse(text)
  } catch (cause) {
    // A proxy's or portal's page instead of our JSON.
    throw Object.assign(new ApiError('not_our_server', null, response.status), { cause })
  }
}

/** One request to the street's server. Non-GET requests carry the header that guards against forged requests. */
export async function request<T>(method: string, path: string, body?: unknown): Promise<T> {
  const headers: Record<string, string> = { accept: 'application/json' }
  if (method !== 'GET') headers['x-xunge'] = 'office'
  const raw = body instanceof Blob
  if (body !== undefined) headers['content-type'] = raw ? body.type || 'application/octet-stream' : 'application/json'
  let response: Response
  try {
    response = await fetch(path, {
      method, headers, credentials: 'same-origin',
      body: body === undefined ? undefined : raw ? body : JSON.stringify(body),
    })
  } catch (cause) {
    throw Object.assign(new ApiError('unreachable', null, 0), { cause })
  }
  const parsed = await answer(response)
  if (response.ok) return parsed as T
  const error = errorOf(parsed, response.status)
  if (error.code === 'unauthenticated') onSignedOut()
  throw error
}

/** A query string of the fields that are set. */
export function query(fields: Record<string, string | number | boolean | null | undefined>): string {
  const set = Object.entries(fields).filter(([, value]) => value !== undefined && value !== null && value !== '')
  return set.length ? `?${new URLSearchParams(set.map(([name, value]) => [name, String(value)]))}` : ''
}
