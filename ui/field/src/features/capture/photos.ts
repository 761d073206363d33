// Photos on their way from the camera to the phone's disk, each with a state the worker sees.
import { computed, ref } from 'vue'

import { draw } from '../../parts/draw'
import { upload } from '../../parts/upload'
import { usePhone } from '../../phone'
import type { Draft, PhotoRole } from '../../platform/types'

export type Pending = { key: number; name: string; role: PhotoRole; preview: string; done: number; error: unknown; file: File }

let counter = 0

/** Takes files one after the other; `changed` gets the draft after each, when the photo is durable. */
export function usePhotoIntake(draft: () => string, changed: (draft: Draft) => Promise<void>, nextRole: () => PhotoRole) {
  const phone = usePhone()
  const pending = ref<Pending[]>([])
  let queue = Promise.resolve()

  async function bring(one: Pending) {
    try {
      one.error = undefined
      const name = await upload(phone, one.file, (done) => (one.done = done))
      one.role = nextRole()
      const id = draft()
      await changed(await drawn(id, await phone.addPhoto(id, name, one.role), one.file))
      drop(one.key)
    } catch (error) {
      one.error = error
    }
  }

  /** A picture the phone cannot decode but the page can draw becomes an ordinary photo. Else it stays as it is, and its tile says so. */
  async function drawn(id: string, with_: Draft, file: File): Promise<Draft> {
    const added = with_.photos[with_.photos.length - 1]
    if (!added || added.manifest.upright) return with_
    const picture = await draw(file)
    return picture ? phone.drawPhoto(id, added.id, await upload(phone, picture)) : with_
  }

  function drop(key: number) {
    const gone = pending.value.find((one) => one.key === key)
    if (gone) URL.revokeObjectURL(gone.preview)
    pending.value = pending.value.filter((one) => one.key !== key)
  }

  return {
    pending,
    /** Photos that could not be stored and wait for a retry or to be given up. */
    failed: computed(() => pending.value.filter((one) => one.error !== undefined).length),
    drop,
    add(files: Iterable<File>) {
      for (const file of files) {
        pending.value.push({ key: ++counter, name: file.name, role: nextRole(), preview: URL.createObjectURL(file), done: 0, error: undefined, file })
        const one = pending.value[pending.value.length - 1]
        if (one) queue = queue.then(() => bring(one))
      }
    },
    retry(key: number) {
      const one = pending.value.find((candidate) => candidate.key === key)
      if (one) queue = queue.then(() => bring(one))
    },
    /** Waits until every photo is durable or has failed. */
    settled: () => queue,
  }
}
