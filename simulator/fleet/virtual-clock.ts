import { type EpochMs, epochMs } from '#model/time.ts'
import type { Clock } from '#runtime/clock.ts'

/** When a run began, in its own time and by the clock on the wall. Plain data. */
export interface Departure {
  readonly startedAt: EpochMs
  readonly begunAt: EpochMs
  /** How many times as fast as the clock on the wall; null follows no clock. */
  readonly speed: number | null
}

/**
 * The time of a run. It never passes the clock on the wall: nobody measures in the future. Where
 * it follows no clock all time has come.
 */
export class VirtualClock implements Clock {
  readonly #departure: Departure
  readonly #wall: Clock

  constructor(departure: Departure, wall: Clock) {
    this.#departure = departure
    this.#wall = wall
  }

  now(): EpochMs {
    const { startedAt, begunAt, speed } = this.#departure
    const wall = this.#wall.now()
    if (speed === null) return wall
    return epochMs(Math.min(wall, Math.floor(startedAt + (wall - begunAt) * speed)))
  }

  /** When, on the wall, it will be so late; null where no clock says. */
  dueAt(at: EpochMs): EpochMs | null {
    const { startedAt, begunAt, speed } = this.#departure
    if (speed === null) return null
    return epochMs(Math.max(at, begunAt + (at - startedAt) / speed))
  }

  /** How long until then, in ms on the wall. */
  until(at: EpochMs): number {
    return (this.dueAt(at) ?? 0) - this.#wall.now()
  }
}
