import type { Envelope } from '#model/envelope.ts'
import type { EpochMs } from '#model/time.ts'
import type { Connection } from './connection.ts'

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
