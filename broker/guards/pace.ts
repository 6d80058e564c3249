import { type DurationMs, hours, seconds } from '#model/time.ts'

export interface PaceLimits {
  /** Times its own rate that a device may send for good; 0 bounds nobody. */
  readonly factor: number
  /** What everybody may send for good, however seldom it should. */
  readonly minPerSecond: number
  /** What it has not sent for so long it may send at once. */
  readonly backlogHours: number
  /** What everybody may send at once. */
  readonly burstMessages: number
}

const UNIT_BITS = 8
// Every packet but a PUBLISH costs an answer in a write of its own, and every filter a subscription.
const CONTROL_UNITS = 5
const CONTROL_UNIT_BITS = 4

/**
 * How much a device may send: a bucket so large that a backlog of days goes at full speed, filled at
 * many times the rate the device is registered with. Whoever empties it is read as slowly as it
 * fills, and never cut off. Asked with every packet, so it costs a comparison and a subtraction; the
 * clock is read once a chunk.
 */
export class Pace {
  readonly #burst: number
  readonly #perMs: number
  #left: number
  #at: number

  constructor(limits: PaceLimits, interval: DurationMs, now: number) {
    const { factor, minPerSecond, backlogHours, burstMessages } = limits
    const perMs = 1 / interval
    this.#perMs = Math.max(minPerSecond / seconds(1), factor * perMs)
    this.#burst = factor === 0 ? Infinity : Math.max(burstMessages, hours(backlogHours) * perMs)
    this.#left = this.#burst
    this.#at = now
  }

  get mayGo(): boolean {
    return this.#left > 0
  }

  spendMessage(bytes: number): void {
    this.#left -= 1 + (bytes >> UNIT_BITS)
  }

  spendControl(bytes: number): void {
    this.#left -= CONTROL_UNITS + (bytes >> CONTROL_UNIT_BITS)
  }

  refill(now: number): void {
    this.#left = Math.min(this.#burst, this.#left + (now - this.#at) * this.#perMs)
    this.#at = now
  }

  /** Nothing of it was used lately, so that it need not be kept. */
  isWhole(now: number): boolean {
    this.refill(now)
    return this.#left === this.#burst
  }
}
