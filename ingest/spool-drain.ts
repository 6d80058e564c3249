import type { CommitOutcome } from '#model/commit.ts'
import { Unavailable } from '#model/error.ts'
import type { Logger } from '#runtime/logger.ts'
import { type Committed, commitWhole } from './bisect.ts'
import type { PendingBatch } from './pending-batch.ts'
import type { Registry, Sink, Spool, SpoolRecord } from './ports.ts'
import { type Chunk, SpoolChunks } from './spool-chunks.ts'

export interface DrainOptions {
  readonly sink: Sink
  readonly spool: Spool
  readonly registry: Registry
  readonly batchMaxMessages: number
  readonly onDrained: (drained: Drained) => void
  /** Nothing waits any more. */
  readonly onEmpty: () => void
  readonly onFatal: (error: unknown) => void
  readonly log: Logger
}

/** What has come out of the spool into the database. */
export interface Drained {
  readonly batch: PendingBatch
  readonly committed: Committed
  /** How long its commit took. */
  readonly seconds: number
  /** In the spool. */
  readonly bytes: number
}

/** A commit of a batch that is in the spool by now as well. */
interface UnderWay {
  readonly batch: PendingBatch
  readonly commit: Promise<Committed>
}

const NOTHING: CommitOutcome = { stored: 0, duplicates: 0, cases: [] }

const keyOf = ({ generation, number }: SpoolRecord): string => `${generation} ${number}`

/**
 * Commits what is in the spool, in its order, one chunk after the other. With each it is written how
 * far the spool is drained, and only then its records go.
 */
export class SpoolDrain {
  readonly #options: DrainOptions
  readonly #chunks: SpoolChunks
  readonly #underWay = new Map<string, UnderWay>()
  #running: Promise<void> | undefined
  #hasMore = false
  #isStopping = false

  constructor(options: DrainOptions) {
    this.#options = options
    const isUnderWay = (record: SpoolRecord): boolean => this.#underWay.has(keyOf(record))
    this.#chunks = new SpoolChunks({ ...options, isUnderWay })
  }

  /** Something was added, or was there at the start. */
  start(): void {
    this.#hasMore = true
    if (this.#isStopping) return
    this.#running ??= this.#run()
  }

  /**
   * A record holds a batch whose commit was begun before: it may have been written and its answer
   * lost. That commit is waited for, and known by its number; it is not done again.
   */
  expect(record: SpoolRecord, batch: PendingBatch, commit: Promise<Committed>): void {
    this.#underWay.set(keyOf(record), { batch, commit })
  }

  /** Resolves when the commit under way is through, or was given up. */
  async stop(): Promise<void> {
    this.#isStopping = true
    await this.#running
  }

  async #run(): Promise<void> {
    try {
      while (this.#hasMore && !this.#isStopping) {
        this.#hasMore = false
        await this.#drainAll()
      }
    } catch (error) {
      // What waits is drained after the next start.
      if (!(this.#isStopping && error instanceof Unavailable)) this.#options.onFatal(error)
    } finally {
      this.#running = undefined
    }
  }

  async #drainAll(): Promise<void> {
    const { spool, onDrained, onEmpty } = this.#options
    while (!this.#isStopping) {
      const chunk = await this.#chunks.next()
      if (!chunk) break
      const drained = await this.#commit(chunk)
      await spool.release(chunk.records)
      onDrained({ ...drained, bytes: chunk.bytes })
    }
    if (spool.isEmpty) onEmpty()
  }

  async #commit({ records: [first], batch }: Chunk): Promise<Omit<Drained, 'bytes'>> {
    const { sink } = this.#options
    const key = first ? keyOf(first) : ''
    const underWay = this.#underWay.get(key)
    const before = await underWay?.commit
    const begun = performance.now()
    // Of a batch that is in the database already only the mark is written.
    const committed = await commitWhole(sink, batch)
    const seconds = (performance.now() - begun) / 1_000
    this.#underWay.delete(key)
    return { batch: underWay?.batch ?? batch, committed: before ?? committed, seconds }
  }
}

/** What is told of a batch that is safe in the spool. */
export const spooled = ({ rejections }: PendingBatch): Committed => ({
  outcome: NOTHING,
  rejections,
  isSpooled: true,
})
