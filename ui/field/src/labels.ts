// Names from the street's reference rows, in the language in force.
import { label } from '@xunge/kit/labels'
import { dueLabel, largestUnit, namedDay, relative, dayAndTime } from '@xunge/kit/time'
import { computed } from 'vue'
import { useI18n } from 'vue-i18n'

import { useReference } from './queries'

/** Category, queue and grid names. What is not known yet shows its slug, never nothing. */
export function useLabels() {
  const { locale } = useI18n({ useScope: 'global' })
  const { data } = useReference()
  const categories = computed(() => new Map([...(data.value?.categories ?? []), ...(data.value?.needs ?? [])].map((row) => [row.id, row])))
  const queues = computed(() => new Map((data.value?.queues ?? []).map((row) => [row.id, row])))
  const grids = computed(() => new Map((data.value?.grids ?? []).map((row) => [row.id, row.name])))
  const named = (found: Parameters<typeof label>[0] | undefined, id: string) => (found ? label(found, locale.value) : id)
  return {
    categories,
    category: (id: string) => named(categories.value.get(id), id),
    queue: (id: string) => named(queues.value.get(id), id),
    grid: (id: string) => grids.value.get(id) ?? id,
  }
}

/** Puts sentences one after the other; Chinese leaves no room between them. */
export function useSentences() {
  const { locale } = useI18n({ useScope: 'global' })
  return (...sentences: string[]) => sentences.filter(Boolean).join(locale.value === 'zh-CN' ? '' : ' ')
}

/** Times as a person says them, in the street's zone. */
export function useTimes() {
  const { locale, t } = useI18n({ useScope: 'global' })
  const { data } = useReference()
  const place = computed(() => ({ locale: locale.value, zone: data.value?.street?.time_zone }))
  const span = (duration: number) => {
    const { unit, amount } = largestUnit(duration)
    return t(unit === 'day' ? 'time.spanDays' : unit === 'hour' ? 'time.spanHours' : 'time.spanMinutes', { n: amount })
  }
  return {
    ago: (at: number, now: number) => relative(at, now, place.value),
    due: (at: number, now: number) => dueLabel(at, now, place.value),
    day: (at: number) => namedDay(at, place.value),
    exact: (at: number) => dayAndTime(at, place.value),
    span,
    left: (at: number, now: number) => t(at < now ? 'time.overdueBy' : 'time.dueIn', { span: span(at - now) }),
  }
}
