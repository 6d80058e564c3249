import { Buffer } from 'node:buffer'
import type { ChannelValue } from '#model/channel.ts'
import type { Reason } from '#model/rejection.ts'
import { telemetryTopic } from '#model/topic.ts'
import { findLayout } from './kind-layout.ts'
import type { MessagePart, PendingBatch } from './pending-batch.ts'

/** Lists instead of objects: of names there would be more than of values. Absent values are null. */
export type WrittenReading = readonly [
  item: number | null,
  measuredAt: number,
  seq: number,
  serverClock: 0 | 1,
  values: readonly (ChannelValue | null)[],
  extra: Readonly<Record<string, unknown>> | null,
]

export type WrittenRejection = readonly [
  id: string,
  item: number | null,
  reasons: readonly Reason[],
  replayOf: string | null,
]

export type WrittenMessage = readonly [
  deviceId: string,
  /** Null for the telemetry topic of the device. */
  topic: string | null,
  payloadBytes: number,
  qos: 0 | 1 | 2,
  receivedAt: number,
  replayOf: string | null,
  /** Of its readings; null where it has none. */
  kind: string | null,
  readings: readonly WrittenReading[],
  rejections: readonly WrittenRejection[],
  resolved: readonly string[],
]

/** What a record of the spool says; the payloads stand behind it, one after the other. */
export interface WrittenBatch {
  /** Names of the channels in the order of the values, by kind. */
  readonly channels: Readonly<Record<string, readonly string[]>>
  readonly messages: readonly WrittenMessage[]
}

/**
 * A batch as it goes into the spool: what its messages were taken for, so that a reading keeps the
 * identity it had when it was acknowledged, and their exact bytes, for whatever may have to go to the
 * quarantine. The length of the JSON text (u32), the text, the payloads.
 */
export function writeRecord(batch: PendingBatch): Buffer {
  const parts = batch.parts()
  const kinds = new Set(batch.readings.map(({ device }) => device.kind))
  const written: WrittenBatch = {
    channels: Object.fromEntries([...kinds].map((kind) => [kind, channelsOf(kind)])),
    messages: parts.map(messageOf),
  }
  const text = Buffer.from(JSON.stringify(written))
  const length = Buffer.allocUnsafe(4)
  length.writeUInt32BE(text.length)
  return Buffer.concat([length, text, ...parts.map(({ envelope }) => envelope.payload)])
}

const channelsOf = (kind: string): readonly string[] =>
  findLayout(kind)?.channels.map(({ name }) => name) ?? []

function messageOf({ envelope, readings, items, rejections, resolved }: MessagePart) {
  const { deviceId, topic, payload, qos, receivedAt, replayOf } = envelope
  return [
    deviceId,
    topic === telemetryTopic(deviceId) ? null : topic,
    payload.length,
    qos,
    receivedAt,
    replayOf,
    readings[0]?.device.kind ?? null,
    readings.map(({ measuredAt, seq, serverClock, values, extra }, index) => [
      items[index] ?? null,
      measuredAt,
      seq,
      serverClock ? 1 : 0,
      values.map((value) => value ?? null),
      extra,
    ]),
    rejections.map(({ id, item, reasons, replayOf }) => [id, item, reasons, replayOf]),
    resolved,
  ] as const satisfies WrittenMessage
}
