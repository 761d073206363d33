// A sheet of a household file: what was shown when it was opened, and what is typed over it. Typing is on the phone from the
// first word and comes back with the sheet, until it is saved or discarded.
import { computed, ref, shallowRef, watch, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'

import { sayUndoable, settleNow } from '../../parts/snack'
import { usePhone } from '../../phone'
import type { Typed } from '../../platform/port'
import { useLost, useSavedOnChange } from '../capture/draft'
import { valuesOf, type Form, type NewValues } from './fields'

type Sheet<F> = { part: string; seen: F; form: F }

const touched = ({ seen, form }: { seen: Form; form: Form }) => Object.keys(form).filter((name) => form[name] !== seen[name])

function typedIn({ seen, form }: { seen: Form; form: Form }): Typed | null {
  const names = touched({ seen, form })
  return names.length === 0 ? null : Object.fromEntries(names.map((name) => [name, { was: seen[name] ?? null, now: form[name] ?? null }]))
}

/** `part` names what is edited of the household, `shown` is what the card shows of it. */
export function useFileSheet<F extends Form>(household: () => string, part: () => string, shown: () => F, open: () => boolean) {
  const phone = usePhone()
  const { t } = useI18n({ useScope: 'global' })
  const sheet = ref() as Ref<Sheet<F> | undefined>
  const restored = ref(false)
  const error = shallowRef<unknown>()
  const saved = useSavedOnChange(sheet, ({ part, seen, form }) => phone.keepTyped(household(), part, typedIn({ seen, form })), error, useLost())
  const isTouched = computed(() => sheet.value !== undefined && touched(sheet.value).length > 0)
  let turn: Promise<unknown> = Promise.resolve()

  async function begin() {
    error.value = undefined
    const [now, of] = [shown(), part()]
    let typed: Typed = {}
    try {
      typed = (await phone.getTyped(household()))[of] ?? {}
    } catch (thrown) {
      error.value = thrown
    }
    const left = Object.entries(typed).filter(([name, words]) => name in now && words.now !== now[name])
    // What was typed long ago was typed over what was shown then.
    const over = (side: 'was' | 'now') => ({ ...now, ...Object.fromEntries(left.map(([name, words]) => [name, words[side]])) })
    restored.value = left.length > 0
    sheet.value = { part: of, seen: over('was'), form: over('now') }
    await saved.ready()
  }

  async function leave() {
    await saved.keep()
    sheet.value = undefined
  }

  const forget = (gone: string) => phone.keepTyped(household(), gone, null).catch(() => undefined)

  /** Makes an edit of what was touched; once that is on the phone, what was typed is over. */
  async function save(edit: (values: NewValues, seen: NewValues) => Promise<unknown>) {
    if (!sheet.value) return
    const { part, form, seen } = sheet.value
    await edit(valuesOf(form, touched({ seen, form })), valuesOf(seen))
    sheet.value = undefined
    await saved.keep()
    await forget(part)
  }

  /** The sheet is closed by now; what was typed goes when nobody wanted it back. */
  function discard(reopen: () => void) {
    const left = sheet.value?.part
    if (left) sayUndoable(t('capture.discarded'), t('act.undo'), reopen, () => void (turn = turn.then(() => forget(left))))
  }

  watch(
    open,
    (now) => {
      // A sheet that is opened again does not show what has just been discarded.
      if (now) settleNow()
      turn = turn.then(now ? begin : leave)
    },
    { immediate: true },
  )
  return { sheet, form: computed(() => sheet.value?.form), restored, isTouched, error, save, discard, forget, keep: saved.keep }
}
