// Whose household it is.
import type { Resident } from '@xunge/kit/generated/Resident'

/** The head of the household, as the file calls that person; else whoever comes first. */
export const headOf = (residents: Resident[]): Resident | undefined => residents.find((one) => one.relation === '户主') ?? residents[0]
