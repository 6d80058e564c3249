/** What one thing kept costs beside its own bytes: objects, map entries, references. */
const OVERHEAD_BYTES = 256

/**
 * The memory open clients may take up with what is kept for them: retained messages, queues,
 * subscriptions. One account for all, so that their sum is bounded and not only each.
 */
export class ByteBudget {
  readonly #max: number
  #used = 0

  constructor(maxBytes: number) {
    this.#max = maxBytes
  }

  get usedBytes(): number {
    return this.#used
  }

  /** Takes what a thing of so many bytes costs; false when there is no room, and then nothing. */
  take(bytes: number): boolean {
    if (this.#used + bytes + OVERHEAD_BYTES > this.#max) return false
    this.#used += bytes + OVERHEAD_BYTES
    return true
  }

  give(bytes: number): void {
    this.#used -= bytes + OVERHEAD_BYTES
  }
}
