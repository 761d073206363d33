// Empty drafts.
import type { Draft, NewDraft } from '../types'

export function emptyDraft(id: string, { kind, household = null, about = null }: NewDraft, now: number): Draft {
  return {
    id,
    kind,
    author: null,
    replaces: null,
    household,
    about,
    updated_at: now,
    report:
      kind === 'report'
        ? { category: null, answer: null, text: '', pin: null, fix: null, confirmed: null, grid: null, address: null, no_photo_reason: null, source: 'patrol', photos_on_mobile: false }
        : null,
    visit:
      kind === 'visit'
        ? { channel: 'home', reason: 'routine', started_at: now, outcome: 'met', condition: null, facts: '', needs: [], promises: [], reflection: null }
        : null,
    note: kind === 'note' || kind === 'withdrawal' ? { text: '' } : null,
    photos: [],
  }
}
