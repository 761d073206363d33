// What is wrong with a record, and where.
import type { Problem } from '@xunge/kit/generated/Problem'
import { useI18n } from 'vue-i18n'

export function useProblemWords() {
  const { t, te } = useI18n({ useScope: 'global' })
  return ({ field, problem }: Problem): string => {
    // A path, such as needs.0.text: its first part says enough to find it.
    const part = `problemField.${field.split('.')[0]}`
    return t('report.problem', { field: te(part) ? t(part) : field, problem: t(`problem.${problem}`) })
  }
}
