import { useQueryClient } from '@tanstack/vue-query'
import { computed, ref, type Ref } from 'vue'
import { ApiError } from '../../api/client'
import { actOnCase } from '../../api/calls'
import type { ActionName, CaseDetail } from '../../api/types'
import { caseKey } from '../case/use_case'
import { actOf, draftOf, forget, mutationId } from './draft'

/** Acting on a case: sends what was typed; when somebody was faster, keeps it and says who did what. */
export function useAct(detail: Ref<CaseDetail>, done: (detail: CaseDetail, action: ActionName) => void) {
  const queries = useQueryClient()
  const busy = ref<ActionName | null>(null)
  const failure = ref<unknown>(null)

  async function send(action: ActionName) {
    const { row } = detail.value
    const draft = draftOf(row, action)
    // A remark is welcome in every state; only acts that move the case depend on what its author saw.
    const rev = action === 'comment' ? row.state_rev : draft.seenRev
    const act = { ...actOf(action, draft), from_state_rev: rev }
    busy.value = action
    failure.value = null
    try {
      const after = await actOnCase(row.id, { ...act, id: mutationId(row, action, act) })
      forget(row, action)
      done(after, action)
      return true
    } catch (error) {
      failure.value = error
      const moved = error instanceof ApiError && ['stale', 'state_refuses_action'].includes(error.code)
      if (moved) await queries.refetchQueries({ queryKey: caseKey(row.id) })
      return false
    } finally {
      busy.value = null
    }
  }

  const stale = computed(() => failure.value instanceof ApiError && failure.value.code === 'stale')
  return { send, busy, failure, stale }
}
