// A draft being written: saved on every change, one save after the other, and asked where it would go.
import { onBeforeUnmount, ref, shallowRef, watch, type Ref } from 'vue'

import { usePhone } from '../../phone'
import type { Draft, ReportDraft, RoutePreview } from '../../platform/types'

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
    preview.value = await phone.previewRoute(id)
  }, error)

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

  /** Photos changed on the phone; what is being typed stays as it is here. */
  function take(changed: Draft) {
    draft.value = changed
  }

  async function photosChanged(changed: Draft) {
    take(changed)
    preview.value = await phone.previewRoute(id)
  }

  async function fixPosition() {
    if (!form.value || form.value.fix || form.value.pin) return
    const fix = await phone.getPosition()
    if (fix && form.value) form.value.fix = fix
  }

  return { draft, form, preview, error, load, photosChanged, flush: saved.flush }
}

/** Saves `value` after each change; `flush` waits until the last change is saved. */
export function useSavedOnChange<T>(value: Ref<T | undefined>, save: (value: T) => Promise<void>, error: Ref<unknown>) {
  let timer: number | undefined
  let queue = Promise.resolve()
  let loaded = false
  const run = () => {
    window.clearTimeout(timer)
    timer = undefined
    const now = value.value
    if (now === undefined) return queue
    const copy = JSON.parse(JSON.stringify(now)) as T
    queue = queue.then(() => save(copy)).then(
      () => void (error.value = undefined),
      (thrown: unknown) => void (error.value = thrown),
    )
    return queue
  }
  watch(
    value,
    () => {
      if (!loaded) return
      window.clearTimeout(timer)
      timer = window.setTimeout(run, PAUSE_MS)
    },
    { deep: true, flush: 'sync' },
  )
  const flush = () => (timer === undefined ? queue : run())
  onBeforeUnmount(flush)
  return {
    flush,
    /** From now on changes are the person's. */
    async ready() {
      loaded = true
    },
  }
}
