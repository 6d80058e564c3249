import { between } from '#model/time.ts'
import { distance_m, type Fix, isReachable } from '#rules/place/movement.ts'

/** A fix that is less sure of itself says nothing of which street it is in. */
const WORST_ACCURACY_M = 150
/** So many fixes in a row that agree with each other are no error, however far away. */
const AGREEING = 3
/** Faster than that nothing goes there and comes back with the next fix. */
const SPIKE_KMH = 130
const KMH_IN_M_PER_MS = 1 / 3_600

export interface CleanFixes {
  /** In their order. */
  readonly kept: readonly Fix[]
  /** How many were no place the device was at. */
  readonly dropped: number
}

/** Fixes in the order of their measuring without those that cannot be true. */
export function cleanFixes(fixes: readonly Fix[]): CleanFixes {
  const sure = fixes.filter(({ accuracy_m }) => !(accuracy_m && accuracy_m > WORST_ACCURACY_M))
  const kept = withoutSpikes(withoutJumps(sure))
  return { kept, dropped: fixes.length - kept.length }
}

/** Without what no vehicle could have reached, unless the device stays there. */
function withoutJumps(fixes: readonly Fix[]): Fix[] {
  const kept: Fix[] = []
  let strays: Fix[] = []
  for (const fix of fixes) {
    const last = kept.at(-1)
    if (last === undefined || isReachable(last, fix)) {
      kept.push(fix)
      strays = []
      continue
    }
    const before = strays.at(-1)
    strays = before === undefined || isReachable(before, fix) ? [...strays, fix] : [fix]
    if (strays.length < AGREEING) continue
    kept.push(...strays)
    strays = []
  }
  return kept
}

/** Without single fixes aside of the way, there and back faster than anything drives. */
function withoutSpikes(fixes: readonly Fix[]): Fix[] {
  return fixes.filter((fix, index) => {
    const [before, after] = [fixes[index - 1], fixes[index + 1]]
    return !before || !after || !(isTooFast(before, fix) && isTooFast(fix, after))
  })
}

const isTooFast = (from: Fix, to: Fix): boolean =>
  distance_m(from, to) > SPIKE_KMH * KMH_IN_M_PER_MS * Math.max(between(from.at, to.at), 1_000)
