import { type Allowance, TokenBucket } from './token-bucket.ts'

// A bucket costs some 150 bytes; what an attacker can have us keep is bounded by this.
const BUCKETS_MAX = 200_000
const SWEEP_EVERY_MS = 10_000

/**
 * An allowance each for many. One that is whole again says nothing and is dropped; beyond the limit
 * the oldest goes, so that a flood of strangers costs memory to an end and no time.
 */
export class BucketTable {
  readonly #allowance: Allowance
  readonly #buckets = new Map<string, TokenBucket>()
  readonly #max: number
  #sweptAt = 0

  constructor(allowance: Allowance, max = BUCKETS_MAX) {
    this.#allowance = allowance
    this.#max = max
  }

  get size(): number {
    return this.#buckets.size
  }

  of(key: string, now: number): TokenBucket {
    const known = this.#buckets.get(key)
    if (known) return known
    this.#makeRoom(now)
    const bucket = new TokenBucket(this.#allowance, now)
    this.#buckets.set(key, bucket)
    return bucket
  }

  /** What it has left; nothing is kept of one that was never asked for. */
  peek(key: string, now: number): number {
    return this.#buckets.get(key)?.left(now) ?? this.#allowance.burst
  }

  #makeRoom(now: number): void {
    if (now - this.#sweptAt > SWEEP_EVERY_MS) {
      this.#sweptAt = now
      for (const [key, bucket] of this.#buckets) if (bucket.isFull(now)) this.#buckets.delete(key)
    }
    if (this.#buckets.size < this.#max) return
    const [oldest] = this.#buckets.keys()
    if (oldest !== undefined) this.#buckets.delete(oldest)
  }
}
