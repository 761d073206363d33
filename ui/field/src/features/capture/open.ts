// The record exists before the camera opens.
import { ref } from 'vue'
import { useRouter } from 'vue-router'

import { errorWords } from '@xunge/kit/errors'
import { useI18n } from 'vue-i18n'

import { say } from '../../parts/snack'
import { usePhone } from '../../phone'

export function useOpenCapture() {
  const phone = usePhone()
  const router = useRouter()
  const { t } = useI18n({ useScope: 'global' })
  const busy = ref(false)
  return {
    busy,
    /** Opens a draft and its screen; `camera` opens the camera at once. */
    async open(camera: boolean) {
      busy.value = true
      try {
        const draft = await phone.openDraft({ kind: 'report' })
        await router.push({ name: 'capture', params: { id: draft.id }, query: camera ? { camera: '1' } : {} })
      } catch (error) {
        const words = errorWords(error)
        say(t(words.message, words.params))
      } finally {
        busy.value = false
      }
    },
  }
}
