/** Which cases are due in a period: see `due` of the configuration of evaluation. */
export const DUE_IN = ['deadline', 'backlog', 'filed'] as const
/** Which cases a rate can leave out as parked. */
export const PARKED_CASES = ['now', 'ever'] as const
export const PARKED_IN_RATE = ['counted', 'left-out'] as const
/** What a score does with a part that has no value. */
export const WITHOUT_VALUE = ['leave-out', 'no-score'] as const
/** What the greatest value among those evaluated is measured against. */
export const PEERS = ['greatest', 'mean'] as const
