import { messageOf, Unavailable } from '#model/error.ts'
import { type DurationMs, type EpochMs, minus, seconds } from '#model/time.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Logger } from '#runtime/logger.ts'
import { type Committed, commitWhole } from './bisect.ts'
import { PendingBatch } from './pending-batch.ts'
import type { Sink, Spool } from './ports.ts'
import { settlesWithin } from './settles-within.ts'
import { type Drained, type DrainOptions, SpoolDrain, spooled } from './spool-drain.ts'
import { writeRecord } from './spool-record.ts'

export interface SpoolerOptions
  extends Pick<DrainOptions, 'registry' | 'batchMaxMessages' | 'onFatal'> {
  readonly sink: Sink
  readonly spool: Spool
  /** A commit that takes longer is one whose batch goes into the spool. */
  readonly after: DurationMs
  /** Since when the database has refused; null while it takes commits. */
  readonly stalledSince: () => EpochMs | null
  readonly clock: Clock
  readonly log: Logger
  readonly onDrained: (drained: Drained) => void
}

/** What an operator should know; null where that is not so. */
export interface SpoolingState {
  /** Since when what comes has gone into the spool. */
  readonly since: EpochMs | null
  /** Why nothing more can be added, in words: nothing is acknowledged then. */
  readonly blocked: string | null
}

const LOOK_AGAIN_MS = 250
const RETRY_MS = 2_000
/** How long the service waits for the database when it is being stopped. */
const LAST_PATIENCE_MS = 1_000
const BEAT_EVERY = seconds(4)

/**
 * The way of a batch into the database, or around it by way of the spool. While the spool has
 * something, all that comes goes behind it, so that it reaches the rules in the order in which it
 * came; once all of it is drained, batches go straight to the database again.
 */
export class Spooler {
  readonly #options: SpoolerOptions
  readonly #drain: SpoolDrain
  /** How many bytes may be added while the spool is drained: less than go out of it. */
  #credit = Infinity
  #since: EpochMs | null = null
  #blocked: string | null = null
  #lastAt: EpochMs | null = null
  #isHurried = false
  #isStopped = false
  #waiting: (() => void)[] = []

  constructor(options: SpoolerOptions) {
    this.#options = options
    this.#drain = new SpoolDrain({
      ...options,
      onDrained: (drained) => this.#onDrained(drained),
      onEmpty: () => this.#onEmpty(),
    })
    this.opened()
  }

  get state(): SpoolingState {
    return { since: this.#since, blocked: this.#blocked }
  }

  /** Resolves when the batch is in the database or in the spool. */
  async commit(batch: PendingBatch): Promise<Committed> {
    const { spool } = this.#options
    while (!spool.isEmpty && spool.maxBytes > 0) {
      if (this.#isStopped) throw new Unavailable('not-ready', 'Wanmi is stopping')
      if (this.#credit > 0 && (await this.#append(batch))) return spooled(batch)
      await this.#change(Math.min(this.#options.after, RETRY_MS))
    }
    return await this.#directly(batch)
  }

  /**
   * Notes that all that came until now is being taken: to be called every few seconds. Does nothing
   * while the database answers and nothing waits for it.
   */
  async beat(): Promise<void> {
    const { spool, after, stalledSince, clock } = this.#options
    const now = clock.now()
    const stalled = stalledSince()
    const isStalled = stalled !== null && stalled <= minus(now, after)
    if ((spool.isEmpty && !isStalled) || spool.maxBytes === 0) return
    if (this.#lastAt !== null && this.#lastAt > minus(now, BEAT_EVERY)) return
    await this.#append(new PendingBatch())
  }

  /** The service is being stopped: what waits for the database goes into the spool soon. */
  hurry(): void {
    this.#isHurried = true
  }

  /** What waits stays in the spool, what is not in it is not acknowledged. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#wake()
    await this.#drain.stop()
  }

  /** The spool has something of an earlier process; it may have been opened only now. */
  opened(): void {
    const { spool, clock } = this.#options
    if (spool.isEmpty) return
    this.#since ??= clock.now()
    this.#drain.start()
  }

  async #directly(batch: PendingBatch): Promise<Committed> {
    const { sink, spool } = this.#options
    const commit = commitWhole(sink, batch)
    if (spool.maxBytes === 0 || (await this.#isInTime(commit))) return await commit
    while (!(await this.#append(batch, commit))) {
      if (!(await settlesWithin(commit, RETRY_MS))) continue
      this.#blocked = null
      return await commit
    }
    return spooled(batch)
  }

  async #isInTime(commit: Promise<unknown>): Promise<boolean> {
    const begun = performance.now()
    for (;;) {
      const patience = this.#isHurried ? LAST_PATIENCE_MS : this.#options.after
      const left = patience - (performance.now() - begun)
      if (left <= 0) return false
      if (await settlesWithin(commit, Math.min(left, LOOK_AGAIN_MS))) return true
    }
  }

  /** Whether it is in the spool now. `commit`: of the batch, when that was begun before. */
  async #append(batch: PendingBatch, commit?: Promise<Committed>): Promise<boolean> {
    const { spool, clock, log } = this.#options
    const takenAt = clock.now()
    const body = writeRecord(batch)
    try {
      const record = await spool.append(body, takenAt)
      if (!record) {
        this.#block('the spool is full')
        return false
      }
      if (commit) this.#drain.expect(record, batch, commit)
    } catch (error) {
      this.#block(messageOf(error))
      return false
    }
    if (this.#blocked !== null) log.info('the spool takes messages again')
    this.#blocked = null
    if (this.#since === null) {
      this.#since = takenAt
      log.warn('a commit takes too long, what comes is spooled')
    }
    this.#credit -= body.length
    this.#lastAt = takenAt
    this.#drain.start()
    return true
  }

  #block(why: string): void {
    if (this.#blocked !== why) {
      this.#options.log.error({ reason: why }, 'nothing can be spooled, nothing is acknowledged')
    }
    this.#blocked = why
  }

  /** So little may be added that the spool grows shorter, however much comes. */
  #onDrained(drained: Drained): void {
    const { bytes } = drained
    const before = this.#credit === Infinity ? 0 : Math.min(this.#credit, bytes)
    this.#credit = before + bytes / 2
    this.#options.onDrained(drained)
    this.#wake()
  }

  #onEmpty(): void {
    const { clock, log } = this.#options
    if (this.#since !== null) {
      log.info({ lasted_ms: clock.now() - this.#since }, 'the spool is drained')
    }
    this.#since = null
    this.#blocked = null
    this.#credit = Infinity
    this.#wake()
  }

  async #change(ms: number): Promise<void> {
    const changed = new Promise<void>((resolve) => this.#waiting.push(resolve))
    if (await settlesWithin(changed, ms)) return
    // Nothing was drained for so long: the database is away again.
    this.#credit = Infinity
    this.#waiting = []
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}
