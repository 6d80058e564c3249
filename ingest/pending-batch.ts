import { v7 as uuidv7 } from 'uuid'
import type { Batch, FromSpool } from '#model/commit.ts'
import type { Envelope } from '#model/envelope.ts'
import type { Reading } from '#model/reading.ts'
import type { Reason, Rejection } from '#model/rejection.ts'
import { arrayItems } from './array-items.ts'
import type { Settled } from './ports.ts'

/** The part of a batch one message is answerable for. */
export interface MessagePart {
  readonly envelope: Envelope
  readonly readings: readonly Reading[]
  /** Positions of the readings in the array they came in; null for a message that is no array. */
  readonly items: readonly (number | null)[]
  readonly rejections: readonly Rejection[]
  readonly resolved: readonly string[]
  /** The bytes of one item, of the whole message for null. */
  readonly payloadOf: (item: number | null) => Uint8Array
}

// What a message, a reading and a rejection weigh on the heap beside the payload, measured over
// 300,000 of them.
const MESSAGE_BYTES = 560
const READING_BYTES = 300
const REJECTION_BYTES = 450

/**
 * A batch while it fills. Beside what the sink takes it remembers which message each reading came
 * from, in parallel arrays rather than in an object per message: on the hot path objects cost.
 */
export class PendingBatch implements Batch {
  readonly readings: Reading[] = []
  readonly rejections: Rejection[] = []
  readonly resolved: string[] = []
  fromSpool: FromSpool | undefined
  readonly #items: (number | null)[] = []
  readonly #envelopes: Envelope[] = []
  readonly #settled: Settled<Envelope>[] = []
  /** How far each of the three lists reached when a message was complete. */
  readonly #readingEnds: number[] = []
  readonly #rejectionEnds: number[] = []
  readonly #resolvedEnds: number[] = []
  /** Messages by quality of service. */
  readonly byQos: [number, number, number] = [0, 0, 0]
  /** What the messages weigh in memory. */
  bytes = 0

  /** How many messages wait for this batch. */
  get size(): number {
    return this.#envelopes.length
  }

  addReading(reading: Reading, item: number | null): void {
    this.readings.push(reading)
    this.#items.push(item)
  }

  /** Drops all that was added since the last complete message. */
  undo(): void {
    this.readings.length = this.#readingEnds.at(-1) ?? 0
    this.#items.length = this.readings.length
    this.rejections.length = this.#rejectionEnds.at(-1) ?? 0
    this.resolved.length = this.#resolvedEnds.at(-1) ?? 0
  }

  reject(envelope: Envelope, reasons: readonly Reason[]): void {
    this.rejections.push(rejectionOf(envelope, null, envelope.payload, reasons, envelope.replayOf))
  }

  rejectItem(
    envelope: Envelope,
    item: number,
    payload: Uint8Array,
    reasons: readonly Reason[],
  ): void {
    this.rejections.push(rejectionOf(envelope, item, payload, reasons, null))
  }

  /** Ends a message, all it became having been added. Gives what it weighs in memory. */
  complete<Message extends Envelope>(envelope: Message, settled: Settled<Message>): number {
    const readings = this.readings.length - (this.#readingEnds.at(-1) ?? 0)
    const rejections = this.rejections.length - (this.#rejectionEnds.at(-1) ?? 0)
    const parts = readings * READING_BYTES + rejections * REJECTION_BYTES
    const bytes = envelope.payload.length + MESSAGE_BYTES + parts
    this.#envelopes.push(envelope)
    this.#settled.push(settled as Settled<Envelope>)
    this.#readingEnds.push(this.readings.length)
    this.#rejectionEnds.push(this.rejections.length)
    this.#resolvedEnds.push(this.resolved.length)
    if (envelope.replayOf === null) this.byQos[envelope.qos]++
    this.bytes += bytes
    return bytes
  }

  /** Tells every sender, in the order in which the messages came. */
  settle(): void {
    for (let index = 0; index < this.#envelopes.length; index++) {
      const settled = this.#settled[index] as Settled<Envelope>
      settled(this.#envelopes[index] as Envelope)
    }
  }

  /** The batch message by message. */
  parts(): readonly MessagePart[] {
    return this.#envelopes.map((envelope, index) => ({
      envelope,
      readings: part(this.readings, this.#readingEnds, index),
      items: part(this.#items, this.#readingEnds, index),
      rejections: part(this.rejections, this.#rejectionEnds, index),
      resolved: part(this.resolved, this.#resolvedEnds, index),
      payloadOf: (item) =>
        (item === null ? undefined : arrayItems(envelope.payload)[item]) ?? envelope.payload,
    }))
  }
}

const part = <Entry>(list: readonly Entry[], ends: readonly number[], index: number): Entry[] =>
  list.slice(ends[index - 1] ?? 0, ends[index])

const rejectionOf = (
  { deviceId, topic, receivedAt }: Envelope,
  item: number | null,
  payload: Uint8Array,
  reasons: readonly Reason[],
  replayOf: string | null,
): Rejection => ({
  id: uuidv7(),
  deviceId,
  topic,
  payload,
  item,
  receivedAt,
  reasons,
  replayOf,
})
