/** Which fields each act asks for, and what must be filled. */
import type { ActionName } from '../../api/types'
import type { ActDraft } from './draft'

export interface ActForm {
  /** Message key of the text's label; absent when the act carries no text. */
  text?: string
  textRequired?: boolean
  reasons?: { messages: 'return' | 'reject' | 'close', codes: readonly string[] }
  queues?: boolean
  /** Message key of the label of the one queue asked for. */
  suggested?: string
  mandatory?: boolean
  photos?: string
  noPhotoReason?: boolean
  until?: string
  done?: boolean
}

const proof = 'form.proof'

export const FORMS: Record<ActionName, ActForm> = {
  open: {}, accept: {}, wake: {}, unmerge: {}, check_expired: {},
  ask_check: { text: 'form.question', textRequired: true },
  answer_check: { text: 'form.text', textRequired: true, photos: proof },
  reject: { reasons: { messages: 'reject', codes: ['not_our_matter', 'nothing_found', 'unreasonable', 'insufficient'] }, text: 'form.to_reporter', textRequired: true },
  merge: { text: 'form.into', textRequired: true },
  dispatch: { queues: true, text: 'form.note' },
  self_handle: { text: 'form.what_done', textRequired: true, photos: proof },
  return: { reasons: { messages: 'return', codes: ['not_ours', 'outside_area', 'no_power', 'unclear', 'duplicate'] }, suggested: 'form.suggested', text: 'form.evidence', textRequired: true },
  make_safe: { text: 'form.what_done', textRequired: true, photos: proof },
  transfer: { queues: true, text: 'form.answer', textRequired: true },
  refer: { text: 'form.why', textRequired: true },
  final_dispatch: { queues: true, text: 'form.ruling', textRequired: true },
  progress: { text: 'form.what_happened', textRequired: true, photos: proof },
  extend: { until: 'form.until_extend', text: 'form.why', textRequired: true },
  suspend: { until: 'form.until_suspend', text: 'form.why', textRequired: true },
  resolve: { text: 'form.what_done', textRequired: true, photos: 'form.after_photos', noPhotoReason: true },
  ask_closure_check: { text: 'form.question', textRequired: true },
  answer_closure_check: { done: true, text: 'form.text', textRequired: true, photos: proof },
  rework: { text: 'form.what_missing', textRequired: true },
  close: { reasons: { messages: 'close', codes: ['fixed', 'self_handled', 'no_fault_found', 'not_our_area', 'cannot_fix', 'withdrawn'] }, text: 'form.to_reporter', textRequired: true },
  reopen: { text: 'form.why', textRequired: true },
  void: { text: 'form.why', textRequired: true },
  add_assist: { suggested: 'form.assist', mandatory: true, text: 'form.note' },
  release_assist: { suggested: 'form.assist', text: 'form.why', textRequired: true },
  comment: { text: 'form.text', textRequired: true, photos: proof },
}

/** Acts that need nothing typed are done with one press. */
export const isPlain = (action: ActionName) => Object.keys(FORMS[action]).length === 0

/** Message keys of what is still missing, in the order of the form. */
export function missing(action: ActionName, draft: ActDraft): string[] {
  const form = FORMS[action]
  const found: string[] = []
  if (form.reasons && !draft.reason) found.push('form.need_reason')
  if ((form.queues && !draft.lead) || (form.suggested && !draft.suggested)) found.push('form.need_queue')
  if (form.until && !draft.until) found.push('form.need_until')
  if (form.done && draft.done === null) found.push('form.need_reason')
  if (form.textRequired && !draft.text.trim()) found.push('form.need_text')
  if (form.noPhotoReason && !draft.photos.length && !draft.noPhotoReason.trim()) found.push('form.need_photo_or_reason')
  if ((action === 'self_handle' || action === 'make_safe') && !draft.photos.length) found.push('form.need_photo')
  return found
}
