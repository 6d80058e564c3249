/** So many at once, and then so many a second. */
export interface Allowance {
  readonly burst: number
  readonly perSecond: number
}

/** What is left of an allowance. Instants are of a clock that never jumps, in ms. */
export class TokenBucket {
  readonly #burst: number
  readonly #perMs: number
  #left: number
  #at: number

  constructor({ burst, perSecond }: Allowance, now: number) {
    this.#burst = burst
    this.#perMs = perSecond / 1_000
    this.#left = burst
    this.#at = now
  }

  /** Below nothing when it is owed. */
  left(now: number): number {
    this.#left = Math.min(this.#burst, this.#left + (now - this.#at) * this.#perMs)
    this.#at = now
    return this.#left
  }

  isFull(now: number): boolean {
    return this.left(now) === this.#burst
  }

  /** Takes one where there is one. */
  take(now: number): boolean {
    if (this.left(now) < 1) return false
    this.#left--
    return true
  }

  /** Takes one that may be there only later; says in how many ms. */
  reserve(now: number): number {
    const left = this.left(now) - 1
    this.#left = left
    return left >= 0 ? 0 : -left / this.#perMs
  }

  give(): void {
    this.#left = Math.min(this.#burst, this.#left + 1)
  }
}
