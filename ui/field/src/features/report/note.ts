// A note, or the reason of a withdrawal, while it is written: on the phone from the first word, as a draft like any other.
import { ref, shallowRef, watch } from 'vue'

import { usePhone } from '../../phone'
import type { Draft, NoteDraft } from '../../platform/types'
import { useLost, useSavedOnChange } from '../capture/draft'

/** Opens the report's draft while `open` holds. One that was left empty goes again. */
export function useNoteDraft(kind: 'note' | 'withdrawal', report: () => string, open: () => boolean) {
  const phone = usePhone()
  const draft = shallowRef<Draft>()
  const form = ref<NoteDraft>()
  const error = shallowRef<unknown>()
  const save = async (note: NoteDraft) => {
    if (draft.value) draft.value = await phone.saveDraft({ id: draft.value.id, note })
  }
  const saved = useSavedOnChange(form, save, error, useLost())

  async function begin() {
    error.value = undefined
    try {
      draft.value = await phone.openDraft({ kind, about: report() })
      form.value = draft.value.note ?? { text: '' }
      await saved.ready()
    } catch (thrown) {
      error.value = thrown
    }
  }

  /** It became a record, or is over. */
  function end() {
    draft.value = undefined
    form.value = undefined
  }

  async function leave() {
    if (!draft.value) return
    await saved.keep()
    const left = draft.value
    if (left && !error.value && !left.note?.text.trim() && left.photos.length === 0) await phone.discardDraft(left.id).catch(() => undefined)
    end()
  }

  watch(open, (now) => void (now ? begin() : leave()), { immediate: true })
  return { draft, form, error, begin, end, flush: saved.flush, keep: saved.keep }
}
