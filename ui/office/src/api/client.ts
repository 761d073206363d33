import createClient from 'openapi-fetch'
import type { paths } from './schema'
import type { ErrorCode } from './types'

/** A refused request: the code and its details, never prose. The words come from the message files. */
export class ApiError extends Error {
  constructor(readonly code: ErrorCode, readonly details: unknown, readonly status: number, cause?: unknown) {
    super(code, { cause })
  }
}

let onSignedOut: () => void = () => undefined

/** Called when the server no longer knows the session, so that the sign-in page can take over. */
export function whenSignedOut(handler: () => void) {
  onSignedOut = handler
}

/** The generated client. What is not a GET carries the header that guards against forged requests. */
export const client = createClient<paths>({
  baseUrl: location.origin,
  credentials: 'same-origin',
  // Looked up at each call, so that tests can put their own in its place.
  fetch: (request) => globalThis.fetch(request),
})
client.use({
  onRequest({ request }) {
    if (request.method !== 'GET') request.headers.set('x-xunge', 'office')
    return request
  },
})

interface Answer { data?: unknown, error?: unknown, response: Response }

/** The answer's body as the screens name it, or an `ApiError`. */
export async function answer<T>(request: Promise<Answer>): Promise<T> {
  let got: Answer
  try {
    got = await request
  } catch (cause) {
    // Either nothing answered, or something that does not speak JSON (a proxy's or a portal's page).
    throw new ApiError(cause instanceof SyntaxError ? 'not_our_server' : 'unreachable', null, 0, cause)
  }
  if (got.response.ok) return got.data as T
  const refusal = (got.error as { error?: { code?: ErrorCode, details?: unknown } } | undefined)?.error
  const code = refusal?.code ?? (got.response.status >= 502 ? 'not_our_server' : 'internal')
  if (code === 'unauthenticated') onSignedOut()
  throw new ApiError(code, refusal?.details ?? null, got.response.status)
}
