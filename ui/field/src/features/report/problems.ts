// What is wrong with a record, and where.
import type { Problem } from '@xunge/kit/generated/Problem'
import { useI18n } from 'vue-i18n'

import { useFieldWords } from '../visit/fields'

export function useProblemWords() {
  const { t, te } = useI18n({ useScope: 'global' })
  const fields = useFieldWords()
  /** A path: of a household the field, such as fields.birth_year; else its first part says enough to find it, as in needs.0.text. */
  const place = (path: string): string => {
    const [part = '', ...rest] = path.split('.')
    const name = rest.join('.')
    if ((part === 'fields' || part === 'resident') && fields.knows(name)) return fields.field(name)
    return te(`problemField.${part}`) ? t(`problemField.${part}`) : path
  }
  return ({ field, problem }: Problem): string => t('report.problem', { field: place(field), problem: t(`problem.${problem}`) })
}
