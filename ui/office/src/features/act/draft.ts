/** What a person has typed into an act's form, kept until it is sent: neither a stale answer nor a change of case loses it. */
import { reactive } from 'vue'
import type { Action, ActionName, CaseRow, PhotoManifest } from '../../api/types'
import { dropPicture } from './picked'
import { uuid7 } from '../../uuid'

export interface ActDraft {
  text: string
  reason: string
  lead: string
  assists: string[]
  suggested: string
  photos: PhotoManifest[]
  noPhotoReason: string
  until: number | null
  done: boolean | null
  mandatory: boolean
  /** Of a ruling: the helping queues that the lead must wait for. */
  waitFor: string[]
  /** The state revision its author saw. */
  seenRev: number
  /** How many steps its author saw; the ones after them are news. */
  seenSteps: number
}

const kept = reactive(new Map<string, ActDraft>())
const sent = new Map<string, { id: string, body: string }>()

const key = (row: CaseRow, action: ActionName) => `${row.id} ${action}`

/** The step with which a department last gave the case back. */
export const lastReturn = (row: CaseRow) => row.timeline.findLast((step) => step.what === 'return')

function empty(row: CaseRow, action: ActionName): ActDraft {
  const byRule = action === 'dispatch' && row.routing.lead !== 'triage'
  const lead = byRule ? row.routing.lead : action === 'transfer' || action === 'final_dispatch' ? lastReturn(row)?.suggested ?? '' : ''
  return {
    text: '', reason: '', lead, assists: byRule ? [...row.routing.assists] : [], suggested: '',
    photos: [], noPhotoReason: '', until: null, done: null, mandatory: true, waitFor: [], seenRev: row.state_rev, seenSteps: row.timeline.length,
  }
}

/** The draft of this act on this case; a new one starts from the case as it is now. */
export function draftOf(row: CaseRow, action: ActionName): ActDraft {
  const name = key(row, action)
  const found = kept.get(name)
  if (found) return found
  kept.set(name, empty(row, action))
  return kept.get(name)!
}

/** True when something typed waits for being sent. */
export function hasDraft(row: CaseRow, action: ActionName): boolean {
  const draft = kept.get(key(row, action))
  return Boolean(draft && (draft.text || draft.reason || draft.photos.length || draft.noPhotoReason || draft.suggested))
}

export function forget(row: CaseRow, action: ActionName) {
  kept.get(key(row, action))?.photos.forEach(dropPicture)
  kept.delete(key(row, action))
  sent.delete(key(row, action))
}

export function forgetAll() {
  kept.clear()
  sent.clear()
}

/** The mutation's name: the same while the same body is sent again, so that a lost answer never acts twice. */
export function mutationId(row: CaseRow, action: ActionName, body: unknown): string {
  const text = JSON.stringify(body)
  const last = sent.get(key(row, action))
  if (last?.body === text) return last.id
  const id = uuid7()
  sent.set(key(row, action), { id, body: text })
  return id
}

/** The act as the server takes it. */
export function actOf(action: ActionName, draft: ActDraft): Action {
  const { text, photos, lead, assists } = draft
  switch (action) {
    case 'open': case 'accept': case 'wake': case 'unmerge': case 'check_expired': return { action }
    case 'ask_check': case 'ask_closure_check': return { action, question: text }
    case 'reject': return { action, reason: draft.reason as Extract<Action, { action: 'reject' }>['reason'], text }
    case 'return': return { action, reason: draft.reason as Extract<Action, { action: 'return' }>['reason'], text, suggested: draft.suggested }
    case 'close': return { action, reason: draft.reason as Extract<Action, { action: 'close' }>['reason'], text }
    case 'dispatch': return { action, lead, assists, note: text }
    case 'transfer': return { action, lead, assists, text }
    case 'final_dispatch': return { action, lead, assists, mandatory: draft.waitFor.filter((queue) => assists.includes(queue)), ruling: text }
    case 'extend': case 'suspend': return { action, reason: text, until: draft.until ?? 0 }
    case 'resolve': return { action, text, photos, no_photo_reason: photos.length ? null : draft.noPhotoReason || null }
    case 'answer_closure_check': return { action, done: draft.done ?? false, text, photos }
    case 'add_assist': return { action, queue: draft.suggested, mandatory: draft.mandatory, text }
    case 'release_assist': return { action, queue: draft.suggested, text }
    case 'merge': return { action, into: draft.text }
    case 'answer_check': case 'self_handle': case 'make_safe': case 'progress': case 'comment': return { action, text, photos }
    case 'refer': case 'rework': case 'reopen': case 'void': return { action, text }
  }
}
