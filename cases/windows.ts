import type { FilingPolicy } from '#model/filing-policy.ts'
import { days, type EpochMs, minus } from '#model/time.ts'

/** Since when cases count for a new one, as its policy has it. */
export const windowsOf = (policy: FilingPolicy, now: EpochMs) => ({
  mergeSince: minus(now, days(policy.mergeWithin_days)),
  relapseSince: minus(now, days(policy.relapseWithin_days)),
  recurrenceSince: minus(now, days(policy.recurrenceWithin_days)),
})
