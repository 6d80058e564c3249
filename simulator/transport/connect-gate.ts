/**
 * Lets only so many clients knock at the same time. The broker works out a hash for each new one;
 * ten thousand at once would make the last wait past its timeout and start over.
 */
export class ConnectGate {
  readonly #most: number
  readonly #queue: (() => void)[] = []
  #inside = 0

  constructor(most: number) {
    this.#most = most
  }

  /** Calls back, now or later, when there is room. Every entry is followed by one `leave`. */
  enter(onEntered: () => void): void {
    if (this.#inside >= this.#most) {
      this.#queue.push(onEntered)
      return
    }
    this.#inside += 1
    onEntered()
  }

  leave(): void {
    const next = this.#queue.shift()
    if (next) next()
    else this.#inside -= 1
  }
}
