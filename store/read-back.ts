const PAGE = 10_000
const RETRY_MS = 1_000

/**
 * Reads rows back after the commits that changed them, one turn at a time, so that of two writers the
 * later always wins in memory too. It never fails: what cannot be read now is read as soon as the
 * database answers again.
 */
export class ReadBack {
  readonly #read: (ids: readonly string[]) => Promise<void>
  readonly #onBehind: (error: unknown, count: number) => void
  readonly #stale = new Set<string>()
  #turn: Promise<void> = Promise.resolve()
  #retry: NodeJS.Timeout | undefined

  /** `read` takes at most 10,000 ids; `onBehind` hears of each failure and of how many rows wait. */
  constructor(
    read: (ids: readonly string[]) => Promise<void>,
    onBehind: (error: unknown, count: number) => void,
  ) {
    this.#read = read
    this.#onBehind = onBehind
  }

  refresh(ids: Iterable<string>): Promise<void> {
    for (const id of ids) this.#stale.add(id)
    this.#turn = this.#turn.then(() => this.#readStale())
    return this.#turn
  }

  close(): void {
    clearTimeout(this.#retry)
  }

  async #readStale(): Promise<void> {
    try {
      while (this.#stale.size > 0) await this.#readSome([...this.#stale].slice(0, PAGE))
    } catch (error) {
      this.#onBehind(error, this.#stale.size)
      this.#retry ??= setTimeout(() => {
        this.#retry = undefined
        void this.refresh([])
      }, RETRY_MS).unref()
    }
  }

  async #readSome(ids: readonly string[]): Promise<void> {
    // A write that commits while this reads marks its row again, so the mark goes first.
    for (const id of ids) this.#stale.delete(id)
    try {
      await this.#read(ids)
    } catch (error) {
      for (const id of ids) this.#stale.add(id)
      throw error
    }
  }
}
