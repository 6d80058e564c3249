const BUCKET_MS = 0.05
const BUCKETS = 400_000

/** Durations by 50 µs, up to 20 s. */
export class Histogram {
  readonly #buckets = new Uint32Array(BUCKETS)
  #count = 0

  add(durationMs: number): void {
    const bucket = Math.min(BUCKETS - 1, Math.max(0, Math.floor(durationMs / BUCKET_MS)))
    this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + 1
    this.#count++
  }

  get count(): number {
    return this.#count
  }

  /** The upper end of the bucket in which the share is reached, in ms; 0 when there is nothing. */
  quantile(share: number): number {
    let left = this.#count * share
    const bucket = this.#buckets.findIndex((count) => {
      left -= count
      return left <= 0
    })
    return this.#count === 0 ? 0 : Number(((bucket + 1) * BUCKET_MS).toFixed(2))
  }

  reset(): void {
    this.#buckets.fill(0)
    this.#count = 0
  }
}
