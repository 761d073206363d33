import { useI18n } from 'vue-i18n'
import type { RoutingReason } from '../../api/types'
import { useLabels } from '../../labels'

/** Why a case went to its queue, in one sentence and its grounds. */
export function useRoutingWords() {
  const { t, te } = useI18n()
  const { category, queue, grid, answer } = useLabels()

  function sentence(routing: RoutingReason): string {
    const key = te(`routing.${routing.rule}`) ? `routing.${routing.rule}` : 'routing.other'
    const about = routing.inputs['category'] ?? ''
    return t(key, { category: category(about), lead: queue(routing.lead), answer: answer(about, routing.inputs['answer'] ?? ''), rule: routing.rule })
  }

  /** Each input by its name; ids become names. */
  function grounds(routing: RoutingReason): { name: string, value: string }[] {
    const about = routing.inputs['category'] ?? ''
    const words: Record<string, (value: string) => string> = {
      category, grid, other_grid: grid, queue, answer: (value) => answer(about, value), urgency: (value) => (te(`urgency.${value}`) ? t(`urgency.${value}`) : value),
    }
    return Object.entries(routing.inputs).filter(([, value]) => value !== '').map(([name, value]) => ({
      name: te(`routing.in_${name}`) ? t(`routing.in_${name}`) : name, value: words[name]?.(value) ?? value,
    }))
  }
  return { sentence, grounds }
}
