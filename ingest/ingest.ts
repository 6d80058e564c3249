import type { Envelope } from '#model/envelope.ts'
import type { Reason } from '#model/rejection.ts'
import { days, seconds } from '#model/time.ts'
import type { Config } from '#runtime/config.ts'
import { type Metrics, onScrape } from '#runtime/metrics.ts'
import { Batcher } from './batcher.ts'
import { type Committed, commitWhole } from './bisect.ts'
import { Decoder } from './decoder.ts'
import type { PendingBatch } from './pending-batch.ts'
import type { Registry, Settled, Sink } from './ports.ts'
import { Spooler, type SpoolerOptions } from './spooler.ts'

export interface IngestOptions {
  readonly config: Config['ingest']
  readonly registry: Registry
  readonly sink: Sink
  readonly metrics: Metrics
  /** Where batches go while the database is away; without one they wait. */
  readonly spool?: Pick<SpoolerOptions, 'spool' | 'after' | 'stalledSince' | 'clock' | 'log'>
  /** The sink failed for good. Nothing more is acknowledged: the service must end. */
  readonly onFatal: (error: unknown) => void
}

// Room is announced only when a good part of it is there again, so that senders are not stopped and
// started with every message.
const ROOM_SHARE = 0.75

// What waits is committed in its order, so this is how long a device waits that reports now and then
// while thousands empty their memories: a few tenths of a second.
const CROWD_SHARE = 1 / 8

/**
 * The way of every message into the store: decoded when it comes, committed in a batch or spooled,
 * then reported settled. It never refuses a message; it is the caller who must stop while it is full.
 */
export class Ingest {
  readonly #decoder: Decoder
  readonly #batcher: Batcher
  /** Undefined where there is no spool. */
  readonly spooler: Spooler | undefined
  readonly #metrics: Metrics
  readonly #maxBytes: number
  readonly #roomListeners: (() => void)[] = []
  #messages = 0
  #bytes = 0
  #isFull = false
  #isCrowded = false

  constructor({ config, registry, sink, metrics, spool, onFatal }: IngestOptions) {
    this.#metrics = metrics
    this.#maxBytes = config.pendingMaxBytes
    this.#decoder = new Decoder(registry, {
      itemsMax: config.itemsMax,
      extraMaxBytes: config.extraMaxBytes,
      maxAge: days(config.maxAgeDays),
      maxAhead: seconds(config.maxAheadS),
    })
    const spooler = spool && this.#openSpooler({ ...spool, registry, sink, onFatal }, config)
    this.spooler = spooler
    this.#batcher = new Batcher({
      commit: (batch) => spooler?.commit(batch) ?? commitWhole(sink, batch),
      limits: config,
      onCommitted: (batch, committed, seconds) => this.#onCommitted(batch, committed, seconds),
      onFatal,
    })
    onScrape(metrics.pendingMessages, () => metrics.pendingMessages.set(this.#messages))
    onScrape(metrics.pendingBytes, () => metrics.pendingBytes.set(this.#bytes))
  }

  /** Messages that wait for their commit, and what they weigh in memory. */
  get pending(): { readonly messages: number; readonly bytes: number } {
    return { messages: this.#messages, bytes: this.#bytes }
  }

  /** More waits than may: the caller should read no further until it hears of room. */
  get isFull(): boolean {
    return this.#isFull
  }

  /** So much waits that only whoever has little to say should be read. */
  get isCrowded(): boolean {
    return this.#isCrowded
  }

  /** Calls the listener each time there is room again. */
  onRoom(listener: () => void): void {
    this.#roomListeners.push(listener)
  }

  /** Takes a telemetry message, or any that is out of place. */
  offer<Message extends Envelope>(message: Message, settled: Settled<Message>): void {
    this.#decoder.decode(message, this.#batcher.open)
    this.#took(this.#batcher.complete(message, settled))
  }

  /** Takes a message that somebody else has judged already, for the quarantine. */
  refuse<Message extends Envelope>(
    message: Message,
    reasons: readonly Reason[],
    settled: Settled<Message>,
  ): void {
    this.#batcher.open.reject(message, reasons)
    this.#took(this.#batcher.complete(message, settled))
  }

  /** Settles the quarantine entry of a message whose meaning somebody else has stored. */
  resolve<Message extends Envelope>(message: Message, settled: Settled<Message>): void {
    if (message.replayOf !== null) this.#batcher.open.resolved.push(message.replayOf)
    this.#took(this.#batcher.complete(message, settled))
  }

  /** Resolves when all that was taken is committed. What comes after it gathers no longer. */
  drain(): Promise<void> {
    return this.#batcher.drain()
  }

  #openSpooler(
    options: Omit<SpoolerOptions, 'batchMaxMessages' | 'onDrained'>,
    { batchMaxMessages }: Config['ingest'],
  ): Spooler {
    return new Spooler({
      ...options,
      batchMaxMessages,
      onDrained: ({ batch, committed, seconds }) =>
        this.#countCommit(batch.size, committed, seconds),
    })
  }

  #took(bytes: number): void {
    this.#messages++
    this.#bytes += bytes
    if (this.#bytes > this.#maxBytes * CROWD_SHARE) this.#isCrowded = true
    if (this.#bytes > this.#maxBytes) this.#isFull = true
  }

  #onCommitted(batch: PendingBatch, committed: Committed, seconds: number): void {
    this.#messages -= batch.size
    this.#bytes -= batch.bytes
    this.#countMessages(batch)
    if (committed.isSpooled) this.#metrics.spoolSeconds.observe(seconds)
    else this.#countCommit(batch.size, committed, seconds)
    if (this.#bytes <= this.#maxBytes * ROOM_SHARE) this.#isFull = false
    if (!this.#isCrowded || this.#bytes > this.#maxBytes * CROWD_SHARE * ROOM_SHARE) return
    this.#isCrowded = false
    for (const listener of this.#roomListeners) listener()
  }

  /** Once per batch: a counter costs more than the rest of a message's way through here. */
  #countMessages({ byQos: [bestEffort, atLeastOnce, exactlyOnce] }: PendingBatch): void {
    this.#metrics.messagesBestEffort.inc(bestEffort)
    this.#metrics.messagesAcknowledged.inc(atLeastOnce + exactlyOnce)
  }

  /** Of a batch that was spooled: when it has come out of the spool. */
  #countCommit(messages: number, { outcome, rejections }: Committed, seconds: number): void {
    const metrics = this.#metrics
    metrics.readingsStored.inc(outcome.stored)
    metrics.readingsDuplicate.inc(outcome.duplicates)
    metrics.batchMessages.observe(messages)
    metrics.commitSeconds.observe(seconds)
    for (const { reasons, replayOf } of rejections) {
      if (replayOf !== null) continue
      metrics.messagesQuarantined.inc()
      for (const { code } of reasons) metrics.rejectionReasons.inc({ reason: code })
    }
  }
}
