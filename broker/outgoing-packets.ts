import mqttPacket from 'mqtt-packet'
import type { ConnackCode } from './packet-types.ts'

const PUBACK = 0x40
const PUBREC = 0x50
const PUBREL = 0x62
const PUBCOMP = 0x70
const UNSUBACK = 0xb0
const CONNACK = 0x20
const ID_BYTES = 2

/** Answers to many messages in one piece: one write, one system call. */
export function pubacks(messageIds: readonly number[]): Buffer {
  const bytes = Buffer.allocUnsafe(4 * messageIds.length)
  for (let index = 0; index < messageIds.length; index++) {
    const messageId = messageIds[index] as number
    bytes[4 * index] = PUBACK
    bytes[4 * index + 1] = ID_BYTES
    bytes[4 * index + 2] = messageId >> 8
    bytes[4 * index + 3] = messageId & 0xff
  }
  return bytes
}

export const pubrec = (messageId: number): Buffer =>
  Buffer.of(PUBREC, ID_BYTES, messageId >> 8, messageId & 0xff)

export const pubcomp = (messageId: number): Buffer =>
  Buffer.of(PUBCOMP, ID_BYTES, messageId >> 8, messageId & 0xff)

export const connackRefusal = (code: ConnackCode): Buffer => Buffer.of(CONNACK, 2, 0, code)

/** One code for each filter: the QoS granted, or 0x80. */
export const suback = (messageId: number, codes: readonly number[]): Buffer =>
  mqttPacket.generate({ cmd: 'suback', messageId, granted: [...codes] })

export const unsuback = (messageId: number): Buffer =>
  Buffer.of(UNSUBACK, ID_BYTES, messageId >> 8, messageId & 0xff)

export const PINGRESP: Buffer = Buffer.of(0xd0, 0)

export const pubrel = (messageId: number): Buffer =>
  Buffer.of(PUBREL, ID_BYTES, messageId >> 8, messageId & 0xff)

export interface OutgoingPublish {
  readonly topic: string
  readonly payload: string | Buffer
  readonly qos: 0 | 1 | 2
  readonly retain?: boolean
}

/** `messageId` counts only above QoS 0; `dup`: it was sent before (MQTT-3.3.1-1). */
export const publish = (
  { topic, payload, qos, retain = false }: OutgoingPublish,
  messageId = 0,
  dup = false,
): Buffer =>
  mqttPacket.generate({
    cmd: 'publish',
    topic,
    payload,
    qos,
    ...(qos > 0 ? { messageId } : {}),
    dup,
    retain,
  })
