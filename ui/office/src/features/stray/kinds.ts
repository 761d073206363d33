/** The kinds of mutation a person can name; anything else is of a newer app. */
const KINDS = ['case.act', 'household.edit', 'report.create', 'report.note', 'report.withdraw', 'resident.add', 'resident.edit', 'resident.remove', 'visit.create']

export const kindKey = (kind: string): string => `stray_kind.${KINDS.includes(kind) ? kind.replace('.', '_') : 'other'}`
