// The one table that decides how each error code looks to a person. A new code does not compile until it has a row;
// its words stand in the message files under `error.<code>`.
import type { ErrorCode } from './generated/ErrorCode'
import type { Problem } from './generated/Problem'
import type { WireError } from './generated/WireError'

/** How bad it is: the person can mend it, it passes by itself, somebody else must act, or we have a fault. */
export type Severity = 'mend' | 'passing' | 'others' | 'fault'

/** What to offer beside the words. */
export type Remedy = 'none' | 'retry' | 'reload' | 'sign_in' | 'choose_other' | 'free_space' | 'ask_office' | 'update'

type Row = { severity: Severity; remedy: Remedy }

const mend = (remedy: Remedy = 'none'): Row => ({ severity: 'mend', remedy })
const passing = (remedy: Remedy = 'retry'): Row => ({ severity: 'passing', remedy })
const others = (remedy: Remedy = 'ask_office'): Row => ({ severity: 'others', remedy })
const fault = (remedy: Remedy = 'retry'): Row => ({ severity: 'fault', remedy })

/** Every code. */
export const ERRORS: Record<ErrorCode, Row> = {
  address_refused: mend(),
  already_enrolled: mend(),
  assist_open: others('reload'),
  bad_encoding: fault(),
  bad_request: fault(),
  blob_unknown: passing(),
  bundle_damaged: mend('choose_other'),
  bundle_foreign: mend('choose_other'),
  bundle_no_key: others('none'),
  busy: passing(),
  code_invalid: mend('ask_office'),
  database_corrupt: fault('ask_office'),
  database_newer: others('update'),
  device_mismatch: others(),
  device_revoked: others(),
  disk_full: others(),
  extensions_used_up: others('none'),
  final_dispatch: others('none'),
  forbidden: others('none'),
  hash_mismatch: passing(),
  households_locked: others('none'),
  internal: fault(),
  invalid: mend(),
  key_lost: fault('ask_office'),
  last_administrator: mend(),
  link_invalid: mend('ask_office'),
  locked: mend(),
  login_taken: mend(),
  make_safe_first: mend(),
  map_invalid: mend('choose_other'),
  method_not_allowed: fault(),
  mutation_id_conflict: fault('ask_office'),
  mutation_unknown: others('update'),
  not_enrolled: mend(),
  not_found: others('reload'),
  not_our_server: passing(),
  offset_mismatch: passing(),
  out_of_scope: others(),
  password_weak: mend(),
  past_due: others('none'),
  phone_full: mend('free_space'),
  phone_write: fault(),
  photo_damaged: mend('choose_other'),
  photo_empty: mend('choose_other'),
  photo_not_an_image: mend('choose_other'),
  photo_too_many_pixels: mend('choose_other'),
  photo_undecodable: mend('choose_other'),
  pin_weak: mend(),
  pin_wrong: mend(),
  proto_unsupported: others('update'),
  qr_foreign: mend('choose_other'),
  qr_not_found: mend('choose_other'),
  reopen_window_over: others('none'),
  return_window_over: others('none'),
  read_only: others(),
  same_person: others('none'),
  stale: passing('reload'),
  state_refuses_action: passing('reload'),
  too_large: mend('choose_other'),
  too_many_tries: passing('none'),
  unauthenticated: mend('sign_in'),
  unreachable: passing(),
  unsent_work: mend(),
  unsupported_media: mend('choose_other'),
  withdraw_window_over: others('none'),
  wrong_credentials: mend(),
}

/** What a screen needs to show a failure. `params` fill the blanks of the message. */
export type ErrorWords = Row & { code: ErrorCode; message: `error.${ErrorCode}`; params: Record<string, string | number>; problems: Problem[] }

/** True for a value that is an error of ours. */
export function isWireError(value: unknown): value is WireError {
  return typeof value === 'object' && value !== null && 'code' in value && typeof value.code === 'string' && value.code in ERRORS
}

/** True where nobody answered, or only that they cannot now. What is not tried again by itself says so in words of its own. */
export const isOutOfReach = (thrown: unknown): boolean => isWireError(thrown) && (thrown.code === 'unreachable' || thrown.code === 'busy')

/** Words for anything that was thrown; what is not an error of ours is a fault of ours. */
export function errorWords(thrown: unknown): ErrorWords {
  const code: ErrorCode = isWireError(thrown) ? thrown.code : 'internal'
  const details = isWireError(thrown) && typeof thrown.details === 'object' && thrown.details !== null ? thrown.details : {}
  return { ...ERRORS[code], code, message: `error.${code}`, params: plain(details), problems: problemsOf(details) }
}

/** The details a message may name: numbers and short strings. */
function plain(details: object): Record<string, string | number> {
  return Object.fromEntries(Object.entries(details).filter(([, value]) => typeof value === 'string' || typeof value === 'number'))
}

function problemsOf(details: object): Problem[] {
  const list: unknown = 'problems' in details ? details.problems : []
  return Array.isArray(list) ? list : []
}
