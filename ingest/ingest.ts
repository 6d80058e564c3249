import type { Envelope } from '#model/envelope.ts'
import type { Reason } from '#model/rejection.ts'
import { days, seconds } from '#model/time.ts'
import type { Config } from '#runtime/config.ts'
import { type Metrics, onScrape } from '#runtime/metrics.ts'
import { Batcher } from './batcher.ts'
import type { Committed } from './bisect.ts'
import { Decoder } from './decoder.ts'
import type { PendingBatch } from './pending-batch.ts'
import type { Registry, Settled, Sink } from './ports.ts'

export interface IngestOptions {
  readonly config: Config['ingest']
  readonly registry: Registry
  readonly sink: Sink
  readonly metrics: Metrics
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
 * The way of every message into the store: decoded when it comes, committed in a batch, then
 * reported settled. It never refuses a message; it is the caller who must stop while it is full.
 */
export class Ingest {
  readonly #decoder: Decoder
  readonly #batcher: Batcher
  readonly #metrics: Metrics
  readonly #maxBytes: number
  readonly #roomListeners: (() => void)[] = []
  #messages = 0
  #bytes = 0
  #isFull = false
  #isCrowded = false

  constructor({ config, registry, sink, metrics, onFatal }: IngestOptions) {
    this.#metrics = metrics
    this.#maxBytes = config.pendingMaxBytes
    this.#decoder = new Decoder(registry, {
      itemsMax: config.itemsMax,
      extraMaxBytes: config.extraMaxBytes,
      maxAge: days(config.maxAgeDays),
      maxAhead: seconds(config.maxAheadS),
    })
    this.#batcher = new Batcher({
      sink,
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

  #took(bytes: number): void {
    this.#messages++
    this.#bytes += bytes
    if (this.#bytes > this.#maxBytes * CROWD_SHARE) this.#isCrowded = true
    if (this.#bytes > this.#maxBytes) this.#isFull = true
  }

  #onCommitted(batch: PendingBatch, committed: Committed, seconds: number): void {
    this.#messages -= batch.size
    this.#bytes -= batch.bytes
    this.#count(batch, committed, seconds)
    if (this.#bytes <= this.#maxBytes * ROOM_SHARE) this.#isFull = false
    if (!this.#isCrowded || this.#bytes > this.#maxBytes * CROWD_SHARE * ROOM_SHARE) return
    this.#isCrowded = false
    for (const listener of this.#roomListeners) listener()
  }

  /** Once per batch: a counter costs more than the rest of a message's way through here. */
  #count(batch: PendingBatch, { outcome, rejections }: Committed, seconds: number): void {
    const metrics = this.#metrics
    const [bestEffort, atLeastOnce, exactlyOnce] = batch.byQos
    metrics.messagesBestEffort.inc(bestEffort)
    metrics.messagesAcknowledged.inc(atLeastOnce + exactlyOnce)
    metrics.readingsStored.inc(outcome.stored)
    metrics.readingsDuplicate.inc(outcome.duplicates)
    metrics.batchMessages.observe(batch.size)
    metrics.commitSeconds.observe(seconds)
    for (const { reasons, replayOf } of rejections) {
      if (replayOf !== null) continue
      metrics.messagesQuarantined.inc()
      for (const { code } of reasons) metrics.rejectionReasons.inc({ reason: code })
    }
  }
}
