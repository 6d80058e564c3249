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
  readonly limits: Pick<Config['ingest'], 'batchMaxMessages'>
  /** Each batch after its senders were told. `seconds`: from handing it over to its commit. */
  readonly onCommitted: (batch: PendingBatch, committed: Committed, seconds: number) => void
  /** A commit failed for good. Nothing is acknowledged any more. */
  readonly onFatal: (error: unknown) => void
}

const BATCH_BYTES_MAX = 8 * 1_024 * 1_024

/**
 * Group commit. One batch at a time is being committed; what arrives meanwhile gathers. A lone
 * message leaves in the same turn of the event loop, and what gathered during a commit leaves as that
 * ends, before its acknowledgements are written: the database works while they are. Nothing waits for
 * company: the busier all are, the more gathers by itself (docs/adr/0019).
 */
export class Batcher {
  readonly #options: BatcherOptions
  /** Full batches, oldest first; then comes the open one. */
  readonly #full: PendingBatch[] = []
  #open = new PendingBatch()
  #isCommitting = false
  #isPlanned = false
  #hasFailed = false
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
    const bytes = batch.complete(envelope, settled)
    if (this.#isFull(batch)) this.#closeOpen()
    if (!this.#isPlanned && !this.#isCommitting) {
      this.#isPlanned = true
      setImmediate(this.#commitPlanned)
    }
    return bytes
  }

  /** Resolves when nothing waits any more, or never will be committed. */
  async drain(): Promise<void> {
    this.#commitNext()
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

  readonly #commitPlanned = (): void => {
    this.#isPlanned = false
    this.#commitNext()
  }

  #commitNext(): void {
    if (this.#hasFailed || this.#isCommitting) return
    if (this.#full.length === 0 && this.#open.size > 0) this.#closeOpen()
    const batch = this.#full.shift()
    if (!batch) return
    this.#isCommitting = true
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
    else this.#commitNext()
  }
}
