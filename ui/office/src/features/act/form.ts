/** Which fields each act asks for, and what must be filled. */
import type { ActionName, PhotoManifest } from '../../api/types'
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
  /** Proof by photo, where the category asks for photos at all. */
  photoNeeded?: boolean
  /** Label of the photos from before. */
  before?: string
  /** Words or photos, one of them. */
  something?: boolean
  noPhotoReason?: boolean
  until?: string
  done?: boolean
}

const proof = 'form.proof'

export const FORMS: Record<ActionName, ActForm> = {
  open: {}, accept: {}, wake: {}, unmerge: {}, check_expired: {},
  ask_check: { text: 'form.question', textRequired: true },
  answer_check: { text: 'form.text', photos: proof, photoNeeded: true },
  reject: { reasons: { messages: 'reject', codes: ['not_our_matter', 'nothing_found', 'unreasonable', 'insufficient'] }, text: 'form.to_reporter', textRequired: true },
  merge: { text: 'form.into', textRequired: true },
  dispatch: { queues: true, text: 'form.note' },
  self_handle: { text: 'form.what_done', textRequired: true, before: 'form.before_photos', photos: 'form.after_photos', photoNeeded: true },
  return: { reasons: { messages: 'return', codes: ['not_ours', 'outside_area', 'no_power', 'unclear', 'duplicate'] }, suggested: 'form.suggested', text: 'form.evidence', textRequired: true },
  make_safe: { text: 'form.what_done', textRequired: true, photos: proof, photoNeeded: true },
  transfer: { queues: true, text: 'form.answer', textRequired: true },
  refer: { text: 'form.why', textRequired: true },
  final_dispatch: { queues: true, text: 'form.ruling', textRequired: true },
  progress: { text: 'form.what_happened', photos: proof, something: true },
  extend: { until: 'form.until_extend', text: 'form.why', textRequired: true },
  suspend: { until: 'form.until_suspend', text: 'form.why', textRequired: true },
  resolve: { text: 'form.what_done', textRequired: true, photos: 'form.after_photos', noPhotoReason: true },
  ask_closure_check: { text: 'form.question', textRequired: true },
  answer_closure_check: { done: true, text: 'form.text', photos: proof, photoNeeded: true },
  rework: { text: 'form.what_missing', textRequired: true },
  close: { reasons: { messages: 'close', codes: ['fixed', 'self_handled', 'no_fault_found', 'not_our_area', 'cannot_fix', 'withdrawn'] }, text: 'form.to_reporter', textRequired: true },
  reopen: { text: 'form.why', textRequired: true },
  void: { text: 'form.why', textRequired: true },
  add_assist: { suggested: 'form.assist', mandatory: true, text: 'form.note' },
  release_assist: { suggested: 'form.assist', text: 'form.why', textRequired: true },
  comment: { text: 'form.text', photos: proof, something: true },
}

/** Acts that need nothing typed are done with one press. */
export const isPlain = (action: ActionName) => Object.keys(FORMS[action]).length === 0

/** Message keys of what is still missing, in the order of the form. Photos matter where the category asks for them. */
export function missing(action: ActionName, draft: ActDraft, photosMatter: boolean): string[] {
  const form = FORMS[action]
  const found: string[] = []
  if (form.reasons && !draft.reason) found.push('form.need_reason')
  if ((form.queues && !draft.lead) || (form.suggested && !draft.suggested)) found.push('form.need_queue')
  if (form.until && !draft.until) found.push('form.need_until')
  if (form.done && draft.done === null) found.push('form.need_reason')
  if (form.textRequired && !draft.text.trim()) found.push('form.need_text')
  if (form.something && !draft.text.trim() && !draft.photos.length) found.push('form.need_text')
  const has = (role: PhotoManifest['role']) => draft.photos.some((photo) => photo.role === role)
  if (photosMatter && form.noPhotoReason && !has('after') && !draft.noPhotoReason.trim()) found.push('form.need_photo_or_reason')
  if (photosMatter && form.photoNeeded && (form.before ? !has('before') || !has('after') : !draft.photos.length)) found.push('form.need_photo')
  return found
}
