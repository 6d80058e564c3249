import { type EpochMs, minutes } from '#model/time.ts'

/** No reading came for so long: what is late has come. */
const QUIET_MS: number = minutes(5)
/** Nothing waits longer than this, whatever still comes. */
const LONGEST_MS: number = minutes(30)

interface Arrivals {
  readonly firstAt: EpochMs
  lastAt: EpochMs
}

/**
 * Readings that came for a part that was summed up already. While they still come it is not worth
 * summing it up again: a fleet that delivers what it kept of a day would have that done each minute.
 */
export class LateArrivals {
  readonly #arrivals = new Map<string, Arrivals>()

  note(kind: string, part: number, at: EpochMs): void {
    const arrivals = this.#arrivals.get(`${kind} ${part}`)
    if (arrivals) arrivals.lastAt = at
    else this.#arrivals.set(`${kind} ${part}`, { firstAt: at, lastAt: at })
  }

  /** Whether some still come. A clock that went back does not make anything wait. */
  isUnderWay(kind: string, part: number, now: EpochMs): boolean {
    const arrivals = this.#arrivals.get(`${kind} ${part}`)
    if (!arrivals || now < arrivals.lastAt) return false
    return now - arrivals.lastAt < QUIET_MS && now - arrivals.firstAt < LONGEST_MS
  }

  /** The part is summed up from now on. */
  forget(kind: string, part: number): void {
    this.#arrivals.delete(`${kind} ${part}`)
  }
}
