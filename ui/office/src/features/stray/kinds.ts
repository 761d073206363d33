/** The kinds of mutation a person can name; anything else is of a newer app. */
const KINDS = ['case.act', 'report.create', 'report.note', 'report.withdraw', 'visit.create']

export const kindKey = (kind: string): string => `stray_kind.${KINDS.includes(kind) ? kind.replace('.', '_') : 'other'}`
