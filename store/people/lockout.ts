import { type DurationMs, type EpochMs, hours, milliseconds, plus, seconds } from '#model/time.ts'
import type { Clock } from '#runtime/clock.ts'

const FIRST_LOCK = seconds(30)

/** After how many failures a lock begins, and how long one may be. */
export interface LockRule {
  readonly attempts: number
  readonly longest: DurationMs
}

/**
 * How long nobody may try again after so many failures in a row: 30 s after the last one that is
 * allowed, twice as long after each further one, and never longer than the longest. Guessing gets
 * nowhere, and no lock is for ever.
 */
export function lockSpan(failures: number, { attempts, longest }: LockRule): DurationMs {
  if (failures < attempts) return milliseconds(0)
  const doubled = FIRST_LOCK * 2 ** Math.min(failures - attempts, 30)
  return milliseconds(Math.min(doubled, longest))
}

interface Failures {
  count: number
  lockedUntil: EpochMs
  /** Somebody was turned away since the lock began. */
  isTold: boolean
}

/** Failures are forgotten so long after the last, or after the lock it caused. */
const FORGOTTEN_AFTER = hours(1)
const KEYS_MAX = 20_000

/**
 * Failed sign-ins by what they have in common, such as an address. An attempt counts as failed when
 * it begins, so that many at once are not judged before any of them has failed; one that succeeds is
 * forgiven. Kept in memory, and no more of it than 20,000 keys take.
 */
export class FailureMemory {
  readonly #clock: Clock
  readonly #rule: LockRule
  readonly #failures = new Map<string, Failures>()

  constructor(clock: Clock, rule: LockRule) {
    this.#clock = clock
    this.#rule = rule
  }

  /** Begins an attempt. @returns until when none is allowed, and whether it is the first so refused */
  begin(key: string): { readonly until: EpochMs; readonly isFirst: boolean } | undefined {
    const now = this.#clock.now()
    const found = this.#failures.get(key)
    if (found && found.lockedUntil > now) {
      // What is refused while locked is not counted: a lock ends however hard somebody tries.
      const isFirst = !found.isTold
      found.isTold = true
      return { until: found.lockedUntil, isFirst }
    }
    const isOld = !found || plus(found.lockedUntil, FORGOTTEN_AFTER) <= now
    const count = (isOld ? 0 : found.count) + 1
    const lockedUntil = plus(now, lockSpan(count, this.#rule))
    this.#failures.delete(key)
    this.#failures.set(key, { count, lockedUntil, isTold: false })
    for (const oldest of this.#failures.keys()) {
      if (this.#failures.size <= KEYS_MAX) break
      this.#failures.delete(oldest)
    }
    return undefined
  }

  /** An attempt that began succeeded. */
  forgive(key: string): void {
    const found = this.#failures.get(key)
    if (!found) return
    found.count = Math.max(0, found.count - 1)
    found.lockedUntil = this.#clock.now()
  }
}
