/** So long may what waits take to commit: who says little and seldom waits behind it. */
const WAIT_S = 0.5
/** Less than this would make commits small, which takes longer in all. */
const LEAST_BYTES = 2 * 1_024 * 1_024
/** What a new commit weighs against those before it. */
const WEIGHT = 0.2
/** Of the most that may wait. */
const MOST_SHARE = 1 / 8
/** It is over when a good part is gone, so that senders are not stopped and started all the time. */
const OVER_SHARE = 0.75

/**
 * How much may wait before only those are read that say little and seldom: as much as is committed
 * within half a second, going by the last commits.
 */
export class Crowd {
  readonly #most: number
  readonly #least: number
  #limit: number
  #bytesPerSecond = 0
  #isThere = false

  /** `mostBytes`: that may wait in all. */
  constructor(mostBytes: number) {
    this.#most = mostBytes * MOST_SHARE
    this.#least = Math.min(this.#most, LEAST_BYTES)
    this.#limit = this.#most
  }

  get isThere(): boolean {
    return this.#isThere
  }

  /** So much waits now. */
  waits(bytes: number): void {
    if (bytes > this.#limit) this.#isThere = true
  }

  /** So much was committed, and so much still waits. True when the crowd is over by that. */
  committed(bytes: number, seconds: number, waiting: number): boolean {
    const rate = bytes / Math.max(seconds, 0.001)
    this.#bytesPerSecond =
      this.#bytesPerSecond === 0 ? rate : this.#bytesPerSecond * (1 - WEIGHT) + rate * WEIGHT
    const wanted = this.#bytesPerSecond * WAIT_S
    this.#limit = Math.min(this.#most, Math.max(this.#least, wanted))
    if (!this.#isThere || waiting > this.#limit * OVER_SHARE) return false
    this.#isThere = false
    return true
  }
}
