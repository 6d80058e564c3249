import { type EpochMs, epochMs } from '#model/time.ts'
import {
  type NewObservation,
  type Observation,
  observation,
  type Phenomenon,
} from '#simulator/truth/observation.ts'
import type { Standing } from '#simulator/world/fixtures.ts'

/** Something that a phenomenon can be seen at: a device, or a part without one. */
export interface Watched extends Pick<Standing, 'part'> {
  readonly index?: number
  readonly id?: string
}

/** One observation with its end as it truly is, which may lie beyond what was asked for. */
export interface Seen {
  readonly what: Observation
  endedAt: EpochMs | null
}

/** What there was up to an instant, its end only where it has come by then. */
export function seenUntil(log: readonly Seen[], until: EpochMs): readonly Observation[] {
  return log
    .filter(({ what }) => what.startedAt <= until)
    .map(({ what, endedAt }) => {
      what.endedAt = endedAt !== null && endedAt <= until ? endedAt : null
      return what
    })
}

/** Steps below the mark in a row that end it: water that bobs around a mark is one event. */
const STEPS_TO_END = 4

/**
 * Looks at one quantity of one object, step after step, and says from when to when it was past its
 * mark.
 */
export class Watch {
  readonly phenomenon: Phenomenon
  readonly of: Watched
  readonly #log: Seen[]
  #current: Seen | undefined
  #endedAt: EpochMs | undefined
  #under = 0

  /** @param log where an observation goes when it begins */
  constructor(phenomenon: Phenomenon, of: Watched, log: Seen[]) {
    this.phenomenon = phenomenon
    this.of = of
    this.#log = log
  }

  /** Whether it must be asked at the next step too. */
  get open(): boolean {
    return this.#current !== undefined
  }

  /** What is so then, which lies in the last step. */
  at(at: EpochMs): Observation | undefined {
    const what = this.#current?.what
    if (!what || at < what.startedAt) return undefined
    return this.#endedAt === undefined || at < this.#endedAt ? what : undefined
  }

  /**
   * @param before how far past its mark the quantity was at `from`, and `after` at `to`
   * @param crossing the instant between them at which it was at the mark
   * @param cause of what begins; nothing begins without one
   */
  step(
    from: EpochMs,
    before: number,
    to: EpochMs,
    after: number,
    crossing: () => number,
    cause: () => string | undefined,
  ): void {
    const cross = (): EpochMs => epochMs(Math.min(to, Math.max(from, Math.ceil(crossing()))))
    if (after > 0) {
      this.#under = 0
      this.#endedAt = undefined
      if (!this.#current) this.#begin(before > 0 ? from : cross(), cause())
    } else if (this.#current) {
      this.#endedAt ??= before > 0 ? cross() : from
      this.#under += 1
      if (this.#under < STEPS_TO_END) return
      // Nothing that water does happens in an instant, which equal ends would say.
      this.#current.endedAt = epochMs(Math.max(this.#current.what.startedAt + 1, this.#endedAt))
      this.#current = undefined
      this.#endedAt = undefined
    }
  }

  #begin(startedAt: EpochMs, incidentId: string | undefined): void {
    if (incidentId === undefined) return
    const facts: NewObservation = {
      phenomenon: this.phenomenon,
      incidentId,
      deviceId: this.of.id ?? null,
      partId: this.of.part?.id ?? null,
      startedAt,
      endedAt: null,
    }
    this.#current = { what: observation(facts), endedAt: null }
    this.#log.push(this.#current)
  }
}
