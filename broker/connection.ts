import type { Duplex } from 'node:stream'
import type { EpochMs } from '#model/time.ts'
import { telemetryTopic } from '#model/topic.ts'
import { type ConnectRequest, readConnect } from './connect-packet.ts'
import { type ConnectionView, type Origin, viewOf } from './connection-view.ts'
import type { Door } from './door.ts'
import type { Downlink } from './downlink.ts'
import { FairShare } from './fair-share.ts'
import { FieldCursor } from './field-cursor.ts'
import { type FrameFault, FrameReader } from './frame-reader.ts'
import type { Watch } from './guards/watch.ts'
import type { Guest, Welcome } from './guest.ts'
import { Incoming, payloadOf } from './incoming.ts'
import { LoneMessage } from './lone-message.ts'
import { connackRefusal, PINGRESP, pubacks, pubcomp, pubrec } from './outgoing-packets.ts'
import { type PacketTaker, PacketTap } from './packet-tap.ts'
import {
  CONNECT,
  type ConnackCode,
  DISCONNECT,
  isSoundHeader,
  PINGREQ,
  PUBACK,
  PUBLISH,
  PUBREL,
  SUBSCRIBE,
  UNSUBSCRIBE,
} from './packet-types.ts'
import type { ReceivedIds } from './received-ids.ts'
import { readSubscribe, readUnsubscribe } from './subscribe-packet.ts'

const FOR_AEDES: ReadonlySet<number> = new Set([SUBSCRIBE, UNSUBSCRIBE, DISCONNECT])

/** `connecting`: its CONNECT was taken, its CONNACK not sent. */
type Phase = 'greeting' | 'connecting' | 'open' | 'closed'

/**
 * Our side of one client: everything it sends comes through here before aedes sees it. Of a device
 * only CONNECT, SUBSCRIBE, UNSUBSCRIBE and DISCONNECT are handed on. So a message costs no object,
 * promise or timer of aedes, acknowledgements go out in one write per commit, and a client is
 * stopped exactly when its window is full.
 */
export class Connection implements PacketTaker {
  readonly id: string
  readonly origin: Origin
  readonly openedAt: EpochMs
  deviceId = ''
  request: ConnectRequest | undefined
  downlink: Downlink | undefined
  /** Called once it is closed. */
  onGone: (() => void) | undefined
  /** Where the client is no device. */
  guest: Guest | undefined
  /** Shared with the connections after this one when the session is kept. */
  received: ReceivedIds | undefined
  readonly #door: Door
  readonly #stream: Duplex
  readonly #tap: PacketTap
  readonly #reader: FrameReader
  readonly #welcome: Welcome
  readonly #connectUntil: number
  #phase: Phase = 'greeting'
  #wasOpen = false
  #saidGoodbye = false
  #telemetryTopic = ''
  #telemetryBytes: Uint8Array = new Uint8Array()
  #receivedAt: EpochMs
  #inFlight = 0
  readonly #share = new FairShare()
  readonly #acks: number[] = []
  #isFlushing = false
  readonly #lone = new LoneMessage()
  #watch: Watch | undefined

  constructor(stream: Duplex, door: Door, origin: Origin, welcome: Welcome) {
    this.#stream = stream
    this.#door = door
    this.#welcome = welcome
    this.#connectUntil = performance.now() + door.limits.connectTimeoutMs
    this.id = door.nextId()
    this.origin = origin
    this.openedAt = door.clock.now()
    this.#receivedAt = this.openedAt
    this.#reader = new FrameReader(door.limits.connectBytes, CONNECT << 4)
    this.#tap = new PacketTap(stream, this.#reader, this)
    stream.once('close', () => this.#onClose())
    stream.on('error', () => stream.destroy())
  }

  get isOpen(): boolean {
    return this.#phase === 'open'
  }

  /** It was let in once. */
  get wasOpen(): boolean {
    return this.#wasOpen
  }

  get isClosed(): boolean {
    return this.#phase === 'closed'
  }

  /** The device it has proved to be. */
  identify(deviceId: string): void {
    this.deviceId = deviceId
    this.#telemetryTopic = telemetryTopic(deviceId)
    this.#telemetryBytes = Buffer.from(this.#telemetryTopic)
  }

  /** Its CONNACK is written: from now on its packets are taken. */
  letIn(): void {
    if (this.#phase !== 'connecting') return
    this.#phase = 'open'
    this.#wasOpen = true
    // Until now it was not read, and nobody was to wake it.
    if (this.#tap.isStopped) this.#door.onStopped(this, true)
    this.#watch = this.#door.guards.watch(this, this.#reader)
    this.#door.onLetIn(this)
    this.resume()
  }

  write(bytes: Buffer): void {
    if (this.#phase !== 'closed') this.#tap.write(bytes)
  }

  /** Ends the connection; the reason is counted. */
  end(reason: string): undefined {
    if (this.#phase === 'closed') return
    this.#phase = 'closed'
    this.#door.onEnded(this, reason)
    this.#stream.destroy()
  }

  /** Ends it after what was written has gone out, as the service ends. */
  close(): void {
    this.#phase = 'closed'
    this.#tap.end()
  }

  /** Acknowledges a committed message, at the end of this turn with all others. */
  settle({ qos, messageId }: Incoming): void {
    this.#inFlight--
    if (qos === 1) this.#acks.push(messageId)
    if (qos === 2) {
      this.received?.commit(messageId)
      this.#door.sessions.heirOf(this)?.write(pubrec(messageId))
    }
    if (this.#isFlushing) return
    this.#isFlushing = true
    this.#door.flushSoon(this)
  }

  /** Writes what was settled in this turn. */
  flush(): void {
    this.#isFlushing = false
    if (this.#acks.length > 0) this.write(pubacks(this.#acks))
    this.#door.onAcknowledged(this, this.#acks.length)
    this.#acks.length = 0
    this.#takeLone()
    if (this.#inFlight <= this.#door.limits.windowMessages / 2) this.resume()
  }

  /** Reads on if it was stopped and may send again. */
  resume(): void {
    this.#tap.resume()
  }

  /** Does what is due; called twice a second. */
  beat(now: number): void {
    if (this.#phase === 'greeting' && now > this.#connectUntil) this.end('connect-timeout')
    if (this.#phase !== 'open') return
    const due = this.#watch?.due(now, this.#tap)
    if (due === 'ping-answer') this.write(PINGRESP)
    else if (due === 'go-on') this.resume()
    else if (due) this.end(due)
  }

  view(): ConnectionView {
    return viewOf(this, { inFlight: this.#inFlight, isStopped: this.#tap.isStopped })
  }

  mayTake(): boolean {
    if (this.#phase !== 'open') return this.#phase === 'greeting'
    const { limits, isClosing } = this.#door
    const mayGo = this.#watch?.mayGo !== false
    if (this.guest) return mayGo
    const hasRoom = this.#inFlight < limits.windowMessages && this.#door.hasTurn(this.#share)
    return hasRoom && !this.#lone.isThere && !isClosing && mayGo
  }

  onHeard(): void {
    this.#watch?.heard(performance.now())
    this.#receivedAt = this.#door.clock.now()
  }

  onStopped(isStopped: boolean): void {
    this.#door.onStopped(this, isStopped && this.#phase === 'open')
  }

  onFault(fault: FrameFault): void {
    this.end(fault)
  }

  onDrained(): void {
    this.guest?.onDrained()
  }

  take(reader: FrameReader): Buffer | undefined {
    const { bytes, start, bodyStart, end } = reader
    const first = bytes[start] as number
    const type = first >> 4
    if (this.#phase === 'greeting') return this.#takeConnect(reader)
    if (this.#watch?.take(type, reader) === false) return this.end('filters')
    if (this.guest) return this.guest.take(reader)
    if (type === PUBLISH) return this.#takePublish(reader)
    if (!isSoundHeader(first, end - bodyStart, this.request)) return this.end('protocol')
    const body = new FieldCursor(bytes, bodyStart, end)
    if (type === PINGREQ) this.write(PINGRESP)
    else if (type === PUBACK) this.downlink?.acknowledge(body.uint16())
    else if (type === PUBREL) this.#release(body.uint16())
    else if (type === SUBSCRIBE && !readSubscribe(body)) return this.end('protocol')
    else if (type === UNSUBSCRIBE && !readUnsubscribe(body)) return this.end('protocol')
    else if (type === DISCONNECT) this.#saidGoodbye = true
    // PUBREC and PUBCOMP speak of messages we never send.
    return FOR_AEDES.has(type) ? bytes.subarray(start, end) : undefined
  }

  #takeConnect(reader: FrameReader): undefined {
    const { bytes, start, bodyStart, end } = reader
    const request = readConnect(new FieldCursor(bytes, bodyStart, end))
    if (request === 'malformed') return this.end('protocol')
    if ('code' in request) return this.#refuse(request.code)
    this.request = request
    this.#door.guards.caps.spoke(this.origin)
    this.#phase = 'connecting'
    reader.limit = this.#door.limits.packetBytes
    reader.wanted = undefined
    const packet = bytes.subarray(start, end)
    return this.#tap.handOver(packet, (line) => this.#welcome(this, line))
  }

  #refuse(code: ConnackCode): undefined {
    this.write(connackRefusal(code))
    this.#door.onEnded(this, `connack-${code}`)
    this.close()
  }

  #takePublish(reader: FrameReader): undefined {
    const { bytes, start, end } = reader
    const { publish } = this.#door
    this.#share.said(end - start, this.#door.beats)
    if (!publish.read(reader)) return this.end('protocol')
    const { qos, messageId, payloadStart } = publish
    const isTelemetry = publish.isOn(this.#telemetryBytes, bytes)
    const topic = isTelemetry ? this.#telemetryTopic : publish.readTopic(bytes)
    if (topic === undefined) return this.end('protocol')
    if (qos === 2 && !this.#isNew(messageId)) return undefined
    const payload = payloadOf(bytes, payloadStart, end)
    const message = new Incoming(this, messageId, topic, payload, qos, this.#receivedAt)
    this.#inFlight++
    const taker = isTelemetry ? undefined : this.#door.takerOf(this.deviceId, topic)
    if (!taker) return this.#door.offer(message)
    this.#lone.put(message, taker)
    return this.#takeLone()
  }

  /** Whether a QoS 2 message was not sent before; one that was is answered as it was then. */
  #isNew(messageId: number): boolean {
    this.received ??= this.#door.sessions.receivedOf(this)
    const state = this.received.take(messageId)
    if (state === 'committed') this.write(pubrec(messageId))
    if (this.received.isOverfull) this.end('unreleased')
    return state === 'new' && this.#phase === 'open'
  }

  #release(messageId: number): void {
    this.received?.release(messageId)
    this.write(pubcomp(messageId))
  }

  /** Hands on a message that goes alone once it is. */
  #takeLone(): undefined {
    if (this.#inFlight <= 1) this.#lone.hand(this.#door, (message) => this.settle(message))
  }

  #onClose(): void {
    this.#phase = 'closed'
    this.downlink?.close()
    this.#door.onClosed(this)
    this.onGone?.()
    if (this.guest) return this.guest.onClosed()
    const will = this.request?.will
    // That the service ends is not that the device is gone.
    if (!will || !this.#wasOpen || this.#saidGoodbye || this.#door.isClosing) return
    const receivedAt = this.#door.clock.now()
    this.#inFlight++
    this.#door.offer(new Incoming(this, 0, will.topic, will.payload, will.qos, receivedAt))
  }
}
