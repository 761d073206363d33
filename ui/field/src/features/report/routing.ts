// The reason of a routing decision as a sentence. Rules the app does not know yet show their name.
import type { RoutingReason } from '@xunge/kit/generated/RoutingReason'
import { useI18n } from 'vue-i18n'

import { useLabels } from '../../labels'
import { label } from '@xunge/kit/labels'

export function useRoutingWords() {
  const { t, te, locale } = useI18n({ useScope: 'global' })
  const labels = useLabels()
  return (reason: RoutingReason): string => {
    const key = `routing.${reason.rule}`
    const categoryId = reason.inputs['category'] ?? ''
    const question = labels.categories.value.get(categoryId)?.question
    const answer = question?.answers.find((one) => one.id === reason.inputs['answer'])
    const rule = te(key, 'zh-CN') ? t(key, { category: labels.category(categoryId), answer: answer ? label(answer, locale.value) : '' }) : t('routing.other', { rule: reason.rule })
    const skipped = reason.skipped.length ? t('routing.skipped', { queues: reason.skipped.map(labels.queue).join(t('list.comma')) }) : ''
    return rule + skipped
  }
}
