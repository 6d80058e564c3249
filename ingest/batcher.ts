import type { Envelope } from '#model/envelope.ts'
import type { Config } from '#runtime/config.ts'
import type { Committed } from './bisect.ts'
import { PendingBatch } from './pending-batch.ts'
import type { Settled } from './ports.ts'

export interface BatcherOptions {
  /**
   * Resolves when the batch is safe: then its senders are told. Called with one at a time. It rejects
   * only where no other batch would fare better.
   */
  readonly commit: (batch: PendingBatch) => Promise<Committed>
  readonly limits: Pick<Config['ingest'], 'batchMaxMessages' | 'batchMaxAgeMs'>
  /** Each batch after its senders were told. `seconds`: from handing it over to its commit. */
  readonly onCommitted: (batch: PendingBatch, committed: Committed, seconds: number) => void
  /** A commit failed for good. Nothing is acknowledged any more. */
  readonly onFatal: (error: unknown) => void
}

/**
 * A batch of this many means that messages arrive fast: the next one gathers for a while. Commits
 * of fewer cost less than the wait.
 */
const CROWD = 32

const BATCH_BYTES_MAX = 8 * 1_024 * 1_024

/**
 * Group commit. One batch at a time is being committed; what arrives meanwhile gathers. A lone
 * message leaves in the same turn of the event loop; only while batches are crowds does the next
 * wait until its first message is `batchMaxAgeMs` old, which spares the database many small commits.
 */
export class Batcher {
  readonly #options: BatcherOptions
  /** Full batches, oldest first; then comes the open one. */
  readonly #full: PendingBatch[] = []
  #open = new PendingBatch()
  #openedAt = 0
  #isCommitting = false
  #isPlanned = false
  #timer: NodeJS.Timeout | undefined
  #hasFailed = false
  #isHurried = false
  #lastSize = 0
  readonly #idle: (() => void)[] = []

  constructor(options: BatcherOptions) {
    this.#options = options
  }

  /** The batch to put the next message's readings and rejections into. */
  get open(): PendingBatch {
    return this.#open
  }

  /**
   * Ends a message whose parts were put into {@link open}; `settled` is called when it is
   * committed. Gives what it weighs in memory.
   */
  complete<Message extends Envelope>(envelope: Message, settled: Settled<Message>): number {
    const batch = this.#open
    if (batch.size === 0) this.#openedAt = performance.now()
    const bytes = batch.complete(envelope, settled)
    const isFull = this.#isFull(batch)
    if (isFull) this.#closeOpen()
    if ((isFull || !this.#isPlanned) && !this.#isCommitting) this.#plan()
    return bytes
  }

  /** Resolves when nothing waits any more, or never will be committed; now nothing gathers. */
  async drain(): Promise<void> {
    this.#isHurried = true
    if (!this.#isCommitting) this.#commitNext()
    if (this.#isEmpty() || this.#hasFailed) return
    await new Promise<void>((resolve) => this.#idle.push(resolve))
  }

  /** An array message counts by its readings; a few large messages make a large commit too. */
  #isFull({ size, readings, bytes }: PendingBatch): boolean {
    const { batchMaxMessages } = this.#options.limits
    return (
      size >= batchMaxMessages || readings.length >= batchMaxMessages || bytes > BATCH_BYTES_MAX
    )
  }

  #isEmpty(): boolean {
    return !this.#isCommitting && this.#full.length === 0 && this.#open.size === 0
  }

  #closeOpen(): void {
    this.#full.push(this.#open)
    this.#open = new PendingBatch()
  }

  /** Says when the next batch goes: at the end of this turn, or when it has gathered enough. */
  #plan(): void {
    this.#isPlanned = true
    const age = performance.now() - this.#openedAt
    const wait = this.#options.limits.batchMaxAgeMs - age
    if (this.#full.length > 0 || this.#lastSize < CROWD || wait <= 0 || this.#isHurried) {
      setImmediate(this.#commitPlanned)
    } else {
      this.#timer = setTimeout(this.#commitPlanned, wait)
    }
  }

  readonly #commitPlanned = (): void => {
    if (!this.#isCommitting) this.#commitNext()
  }

  #commitNext(): void {
    clearTimeout(this.#timer)
    this.#isPlanned = false
    if (this.#hasFailed) return
    if (this.#full.length === 0 && this.#open.size > 0) this.#closeOpen()
    const batch = this.#full.shift()
    if (!batch) return
    this.#isCommitting = true
    this.#lastSize = batch.size
    void this.#commit(batch)
  }

  async #commit(batch: PendingBatch): Promise<void> {
    const { commit, onCommitted, onFatal } = this.#options
    const startedAt = performance.now()
    try {
      const committed = await commit(batch)
      const seconds = (performance.now() - startedAt) / 1_000
      this.#isCommitting = false
      batch.settle()
      onCommitted(batch, committed, seconds)
    } catch (error) {
      this.#hasFailed = true
      onFatal(error)
    }
    if (this.#hasFailed || this.#isEmpty()) for (const resolve of this.#idle.splice(0)) resolve()
    else if (!this.#isPlanned) this.#plan()
  }
}
