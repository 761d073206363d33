// A draft being written: saved on every change, one save after the other, and asked where it would go.
import { errorWords } from '@xunge/kit/errors'
import { onBeforeUnmount, ref, shallowRef, watch, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'

import { say } from '../../parts/snack'
import { usePhone } from '../../phone'
import type { Draft, ReportDraft, RoutePreview } from '../../platform/types'

/** Says, wherever the person has gone by now, that the last change could not be kept. */
export function useLost() {
  const { t } = useI18n({ useScope: 'global' })
  return (thrown: unknown) => say(t('draft.notKept', { why: t(errorWords(thrown).message) }))
}

/** Typing is saved this long after the last key, and at once when the field is left. */
const PAUSE_MS = 300

export function useReportDraft(id: string) {
  const phone = usePhone()
  const draft = shallowRef<Draft>()
  const form = ref<ReportDraft>()
  const preview = shallowRef<RoutePreview>()
  const error = shallowRef<unknown>()
  const saved = useSavedOnChange(form, async (report) => {
    draft.value = await phone.saveDraft({ id, report })
    await look()
  }, error, useLost())

  async function load() {
    error.value = undefined
    try {
      take(await phone.getDraft(id))
      form.value = draft.value?.report ?? undefined
      await saved.ready()
      preview.value = await phone.previewRoute(id)
      await fixPosition()
    } catch (thrown) {
      error.value = thrown
    }
  }

  /** What was typed is safe by now; a preview that fails only says so. */
  async function look() {
    try {
      preview.value = await phone.previewRoute(id)
    } catch (thrown) {
      error.value = thrown
    }
  }

  /** Photos changed on the phone; what is being typed stays as it is here. */
  function take(changed: Draft) {
    draft.value = changed
  }

  async function photosChanged(changed: Draft) {
    take(changed)
    await look()
  }

  async function fixPosition() {
    if (!form.value || form.value.fix || form.value.pin) return
    const fix = await phone.getPosition()
    if (fix && form.value) form.value.fix = fix
  }

  return { draft, form, preview, error, load, photosChanged, flush: saved.flush, keep: saved.keep }
}

/**
 * Saves `value` after each change, one save after the other. `flush` saves the last change and fails when that fails, so
 * that nothing is made of an older draft; `keep` does the same on leaving a field or the page, and only says what failed.
 */
export function useSavedOnChange<T>(value: Ref<T | undefined>, save: (value: T) => Promise<void>, error: Ref<unknown>, lost: (thrown: unknown) => void) {
  let timer: number | undefined
  let queue = Promise.resolve()
  let loaded = false
  let changes = 0
  let kept = 0
  const run = () => {
    window.clearTimeout(timer)
    timer = undefined
    const now = value.value
    if (now === undefined) return queue
    const copy = JSON.parse(JSON.stringify(now)) as T
    const upTo = changes
    const saved = queue.then(() => save(copy))
    queue = saved.then(
      () => {
        kept = upTo
        error.value = undefined
      },
      (thrown: unknown) => void (error.value = thrown),
    )
    return saved
  }
  watch(
    value,
    () => {
      if (!loaded) return
      changes += 1
      window.clearTimeout(timer)
      timer = window.setTimeout(() => run().catch(() => undefined), PAUSE_MS)
    },
    { deep: true, flush: 'sync' },
  )
  async function flush() {
    await queue
    if (kept !== changes) await run()
  }
  const keep = () => flush().catch(() => undefined)
  onBeforeUnmount(() => flush().catch(lost))
  return {
    flush,
    keep,
    /** From now on changes are the person's. */
    async ready() {
      loaded = true
    },
  }
}
