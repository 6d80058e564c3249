import type { Envelope } from '#model/envelope.ts'
import type { EpochMs } from '#model/time.ts'
import type { Connection } from './connection.ts'

// A slice keeps the whole chunk it was cut from alive until its commit.
const CHUNK_COPY_BYTES = 8_192
const CHUNK_COPY_SHARE = 1 / 32

/** Cuts a payload out of the chunk it came in: a copy where the chunk is many times its size. */
export function payloadOf(bytes: Buffer, start: number, end: number): Buffer {
  const slice = bytes.subarray(start, end)
  const isSmall = bytes.length > CHUNK_COPY_BYTES && slice.length < bytes.length * CHUNK_COPY_SHARE
  return isSmall ? Buffer.from(slice) : slice
}

/** A message on its way through the intake, with what its answer needs. */
export class Incoming implements Envelope {
  readonly connection: Connection
  readonly messageId: number
  readonly deviceId: string
  readonly topic: string
  readonly payload: Uint8Array
  readonly qos: 0 | 1 | 2
  readonly receivedAt: EpochMs
  readonly replayOf = null

  constructor(
    connection: Connection,
    messageId: number,
    topic: string,
    payload: Uint8Array,
    qos: 0 | 1 | 2,
    receivedAt: EpochMs,
  ) {
    this.connection = connection
    this.messageId = messageId
    this.deviceId = connection.deviceId
    this.topic = topic
    this.payload = payload
    this.qos = qos
    this.receivedAt = receivedAt
  }
}
