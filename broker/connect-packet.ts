import { type FieldCursor, hasControls } from './field-cursor.ts'
import { CONNACK_CODES, type ConnackCode } from './packet-types.ts'

const RESERVED = 0x01
const CLEAN = 0x02
const WILL = 0x04
const WILL_QOS = 0x18
const WILL_RETAIN = 0x20
const PASSWORD = 0x40
const USERNAME = 0x80

/** A message to be taken when the client is gone without a word. */
export interface Will {
  readonly topic: string
  readonly payload: Buffer
  readonly qos: 0 | 1 | 2
  readonly retain: boolean
}

/** What a CONNECT asks for. Seconds. */
export interface ConnectRequest {
  /** 3 is MQTT 3.1, 4 is 3.1.1. */
  readonly version: 3 | 4
  readonly clientId: string
  readonly isClean: boolean
  readonly keepalive: number
  readonly username: string | undefined
  readonly will: Will | undefined
}

const VERSIONS: Readonly<Record<string, 3 | 4>> = { MQIsdp: 3, MQTT: 4 }

export type ConnectFault = 'malformed' | { readonly code: ConnackCode }

/**
 * Reads a CONNECT before aedes does, which would take what the standard forbids: texts that are no
 * UTF-8, a NUL or a wildcard in the topic of a will, an empty client id with a session to keep
 * (MQTT-3.1.3-8), a password without a user name. A malformed packet is answered with silence, one
 * that asks for too much with a code.
 */
export function readConnect(body: FieldCursor): ConnectRequest | ConnectFault {
  const protocol = body.text()
  // The highest bit is how some bridges say that they are bridges.
  const version = body.byte() & 0x7f
  if (!body.isSound || !(protocol in VERSIONS)) return 'malformed'
  if (version !== VERSIONS[protocol]) return { code: CONNACK_CODES.version }
  const flags = body.byte()
  const keepalive = body.uint16()
  const clientId = body.text()
  const will = flags & WILL ? readWill(body, flags) : undefined
  const username = flags & USERNAME ? body.text() : undefined
  if (flags & PASSWORD) body.binary()
  if (!body.isDone || !areSound(flags)) return 'malformed'
  if (hasControls(username ?? '')) return 'malformed'
  if (will && !isTopicName(will.topic)) return 'malformed'
  const isClean = (flags & CLEAN) !== 0
  if (clientId === '' && !isClean) return { code: CONNACK_CODES.identifier }
  return { version, clientId, isClean, keepalive, username, will }
}

function readWill(body: FieldCursor, flags: number): Will {
  const topic = body.text()
  // Copied: a will outlives by far the chunk it came in.
  const payload = Buffer.from(body.binary())
  const qos = ((flags & WILL_QOS) >> 3) as 0 | 1 | 2
  return { topic, payload, qos, retain: (flags & WILL_RETAIN) !== 0 }
}

function areSound(flags: number): boolean {
  if (flags & RESERVED || (flags & WILL_QOS) === WILL_QOS) return false
  if (!(flags & WILL) && flags & (WILL_QOS | WILL_RETAIN)) return false
  return (flags & USERNAME) !== 0 || (flags & PASSWORD) === 0
}

/** Not empty and without a wildcard (MQTT-3.3.2-2, MQTT-4.7.3-1). */
export const isTopicName = (topic: string): boolean => topic !== '' && !/[+#]/.test(topic)
