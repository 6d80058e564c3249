import type { Connection } from '#broker/connection.ts'
import { FieldCursor, hasControls } from '#broker/field-cursor.ts'
import type { FrameReader } from '#broker/frame-reader.ts'
import type { Guest } from '#broker/guest.ts'
import { PINGRESP, pubacks, pubcomp, pubrec, suback, unsuback } from '#broker/outgoing-packets.ts'
import {
  DISCONNECT,
  isSoundHeader,
  PINGREQ,
  PUBACK,
  PUBCOMP,
  PUBLISH,
  PUBREC,
  PUBREL,
  SUBSCRIBE,
  UNSUBSCRIBE,
} from '#broker/packet-types.ts'
import type { Program } from '#broker/ports.ts'
import { PublishPacket } from '#broker/publish-packet.ts'
import { readSubscribe, readUnsubscribe } from '#broker/subscribe-packet.ts'
import type { Link } from './client-queue.ts'
import type { OpenMessage } from './open-message.ts'
import type { OpenSession } from './open-session.ts'
import type { OpenSessions } from './open-sessions.ts'
import type { OpenTopics } from './open-topics.ts'
import { isTooDeep, isTopicFilter } from './topic-filter.ts'

export interface OpenClientOptions {
  readonly connection: Connection
  readonly topics: OpenTopics
  readonly sessions: OpenSessions
  /** Bytes its socket has not taken. */
  readonly waitingBytes: () => number
  /** It published; where it may not the message was acknowledged and goes nowhere. */
  readonly onMessage: (client: OpenClient, isTaken: boolean) => void
  /** Whether the service ends: that is not that a client is gone. */
  readonly isEnding: () => boolean
  readonly onGone: (client: OpenClient) => void
}

const REFUSED = 0x80
const DUP = 0x08
const RETAIN = 0x01

// Read into by one client after another, never kept.
const packet = new PublishPacket()

/**
 * One open client. As with devices its packets are taken here: aedes gets CONNECT and DISCONNECT.
 */
export class OpenClient implements Guest, Link {
  readonly connection: Connection
  /** Null: anybody. Known once it is let in. */
  program: Program | null = null
  readonly #options: OpenClientOptions
  #session: OpenSession | undefined
  #saidGoodbye = false

  constructor(options: OpenClientOptions) {
    this.#options = options
    this.connection = options.connection
  }

  get waitingBytes(): number {
    return this.#options.waitingBytes()
  }

  write(bytes: Buffer): void {
    this.connection.write(bytes)
  }

  /** Its CONNACK is written. */
  letIn(session: OpenSession): void {
    this.#session = session
    this.connection.letIn()
    session.attach(this)
  }

  onDrained(): void {
    this.#session?.queue.pump()
  }

  onClosed(): void {
    const session = this.#session
    session?.detach(this)
    if (session && !session.isKept) this.#options.sessions.end(session)
    this.#options.onGone(this)
    const will = this.connection.request?.will
    if (session && will && !this.#saidGoodbye && !this.#options.isEnding()) this.#publish(will)
  }

  take(reader: FrameReader): Buffer | undefined {
    const { bytes, start, bodyStart, end } = reader
    const session = this.#session
    // Whatever follows its DISCONNECT is not for us (MQTT-3.14.4-2).
    if (!session || this.#saidGoodbye) return undefined
    const first = bytes[start] as number
    const type = first >> 4
    if (type === PUBLISH) return this.#takePublish(reader, session, (first & RETAIN) !== 0)
    const { request } = this.connection
    if (!isSoundHeader(first, end - bodyStart, request)) return this.connection.end('protocol')
    this.#saidGoodbye = type === DISCONNECT
    if (this.#saidGoodbye) return bytes.subarray(start, end)
    const body = new FieldCursor(bytes, bodyStart, end)
    if (type === PINGREQ) this.write(PINGRESP)
    else if (type === SUBSCRIBE) this.#subscribe(body, session)
    else if (type === UNSUBSCRIBE) this.#unsubscribe(body, session)
    else this.#acknowledge(type, body.uint16(), session)
    return undefined
  }

  #acknowledge(type: number, messageId: number, session: OpenSession): void {
    const { queue } = session
    const isSound =
      messageId !== 0 &&
      (type !== PUBACK || queue.finish(messageId, 1)) &&
      (type !== PUBREC || queue.received(messageId)) &&
      (type !== PUBCOMP || queue.finish(messageId, 2))
    if (!isSound) return this.connection.end('protocol')
    if (type !== PUBREL) return
    session.release(messageId)
    this.write(pubcomp(messageId))
  }

  #subscribe(body: FieldCursor, session: OpenSession): void {
    const { topics, sessions } = this.#options
    const read = readSubscribe(body)
    if (!read?.asked.every(({ filter }) => isSoundFilter(filter))) {
      return this.connection.end('protocol')
    }
    const granted = read.asked.map(({ filter, qos }) => {
      const isGranted = topics.maySubscribe(filter) && session.subscribe(filter, qos)
      return isGranted ? qos : REFUSED
    })
    // One code for each filter, also for one that is named twice (MQTT-3.8.4-5).
    this.write(suback(read.messageId, granted))
    for (const [index, { filter, qos }] of read.asked.entries()) {
      if (granted[index] !== REFUSED) sessions.replay(session, filter, qos)
    }
  }

  #unsubscribe(body: FieldCursor, session: OpenSession): void {
    const read = readUnsubscribe(body)
    if (!read?.filters.every(isSoundFilter)) return this.connection.end('protocol')
    for (const filter of read.filters) session.unsubscribe(filter)
    this.write(unsuback(read.messageId))
  }

  #takePublish(reader: FrameReader, session: OpenSession, retain: boolean): undefined {
    const { bytes, start, end } = reader
    const topic = packet.read(reader) ? packet.readTopic(bytes) : undefined
    if (topic === undefined || hasControls(topic) || isTooDeep(topic)) {
      return this.connection.end('protocol')
    }
    const { qos, messageId, payloadStart } = packet
    // What was never promised cannot be sent again (MQTT-3.3.1-2).
    if (qos === 0 && (bytes[start] as number) & DUP) return this.connection.end('protocol')
    const state = qos === 2 ? session.receive(messageId) : 'new'
    if (state === 'too-many') return this.connection.end('unreleased')
    if (qos === 1) this.write(pubacks([messageId]))
    if (qos === 2) this.write(pubrec(messageId))
    // Its own bytes: a slice would keep the whole chunk it came in.
    const payload = Buffer.from(bytes.subarray(payloadStart, end))
    if (state === 'new') this.#publish({ topic, payload, qos, retain })
    return undefined
  }

  #publish(message: OpenMessage): void {
    const { topics, sessions, onMessage } = this.#options
    const isTaken = topics.mayPublish(message.topic)
    onMessage(this, isTaken)
    if (!isTaken) return
    if (message.retain) sessions.retain(message)
    sessions.route(message)
  }
}

const isSoundFilter = (filter: string): boolean => isTopicFilter(filter) && !hasControls(filter)
