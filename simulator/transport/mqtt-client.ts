import type { IPubackPacket, IPublishPacket } from 'mqtt-packet'
import { Rejected, type WanmiError } from '#model/error.ts'
import { type DurationMs, seconds } from '#model/time.ts'
import { type BackoffOptions, backoff } from '#runtime/backoff.ts'
import type { ConnectGate } from './connect-gate.ts'
import {
  Connection,
  type ConnectionOptions,
  type ConnectionOwner,
  type Credentials,
} from './connection.ts'
import { type Message, Outbox, SUBSCRIBE_ID } from './outbox.ts'

/** What all clients of a fleet have in common. */
export interface ClientOptions extends ConnectionOptions {
  readonly gate: ConnectGate
  /** Most messages sent and not yet acknowledged. */
  readonly window: number
  /** From 0 to below 1, for the pauses before reconnecting. */
  readonly random: () => number
  /** Those pauses; from one second to half a minute when absent. */
  readonly retry?: Pick<BackoffOptions, 'first' | 'longest'>
}

/**
 * What a client tells. One such object serves a whole fleet: listeners per client would cost more
 * than the client itself.
 */
export interface ClientEvents<M extends Message> {
  readonly connected?: (client: MqttClient<M>) => void
  /** Handed to the socket; `dup` when it had been before. */
  readonly sent?: (client: MqttClient<M>, message: M, dup: boolean) => void
  /** The PUBACK of a QoS 1 message has come. */
  readonly acknowledged?: (client: MqttClient<M>, message: M) => void
  readonly received?: (client: MqttClient<M>, topic: string, payload: Buffer) => void
  /** The connection failed or broke; another is tried after `retryIn`. */
  readonly lost?: (client: MqttClient<M>, reason: WanmiError, retryIn: DurationMs) => void
  /** For good: by `end` (null), or because the broker will never let this client in. */
  readonly closed?: (client: MqttClient<M>, reason: WanmiError | null) => void
}

/** `waiting` to be let through the gate, `resting` before another attempt. */
type State = 'idle' | 'waiting' | 'connecting' | 'connected' | 'resting' | 'away' | 'closed'

const RETRY = { first: seconds(1), longest: seconds(30) }

/**
 * One device's MQTT connection, QoS 0 and 1, kept up until it is ended. What was not acknowledged
 * when a connection broke is sent again on the next, marked as a duplicate.
 *
 * Not mqtt.js, because a fleet is ten thousand of these in one process. With 10,000 subscribed and
 * publishing connections on Node 24, one of these took 3.7 KiB of heap and 9.3 KiB of memory in all
 * and 73 µs a message; one of mqtt.js 5.16 took 12.7 KiB and 24.1 KiB and 91 µs. It also has no cap
 * on what is in flight.
 */
export class MqttClient<M extends Message = Message> {
  readonly id: string
  readonly #secret: string
  readonly #localAddress: string | undefined
  readonly #options: ClientOptions
  readonly #events: ClientEvents<M>
  readonly #topics: readonly string[]
  readonly #outbox: Outbox<M>
  readonly #owner: ConnectionOwner
  #state: State = 'idle'
  #connection: Connection | undefined
  #retry: NodeJS.Timeout | undefined
  #pauses: Iterator<DurationMs, never> | undefined
  #onDrained: (() => void) | undefined

  /** `topics` are subscribed to on every connection, at QoS 1. */
  constructor(
    { id, secret, localAddress }: Credentials,
    options: ClientOptions,
    events: ClientEvents<M>,
    topics: readonly string[] = [],
  ) {
    this.id = id
    this.#secret = secret
    this.#localAddress = localAddress
    this.#options = options
    this.#events = events
    this.#topics = topics
    this.#outbox = new Outbox(options.window)
    this.#owner = {
      opened: () => this.#opened(),
      packet: (packet) => this.#handle(packet),
      drained: () => this.#flush(),
      failed: (reason) => this.#failed(reason),
    }
  }

  get connected(): boolean {
    return this.#state === 'connected'
  }

  /** Ended, or turned away for good: what is given to it now is never sent. */
  get closed(): boolean {
    return this.#state === 'closed'
  }

  /** Between `leave` and `comeBack`. */
  get away(): boolean {
    return this.#state === 'away'
  }

  /** Messages given to `publish` and not yet acknowledged (QoS 0: not yet sent). */
  get unacknowledged(): number {
    return this.#outbox.waiting + this.#outbox.inFlight
  }

  /** Starts to connect, and goes on trying until it is ended. */
  connect(): void {
    if (this.#state === 'idle') this.#knock()
  }

  /** Takes the message now or as soon as it may: connected, and within the window. */
  publish(message: M): void {
    this.#outbox.add(message)
    this.#flush()
  }

  /** The connection breaks, and another is opened at once. Nothing where there is none. */
  drop(): void {
    if (this.#state !== 'connected') return
    this.#connection?.abort()
    this.#openAnother()
  }

  /**
   * Forgets its connection and opens another at once. The old one is to be closed by the caller;
   * `onClosed` is called when the broker has done so. Undefined where there is none.
   */
  freeze(onClosed: () => void): Connection | undefined {
    const connection = this.#connection
    if (this.#state !== 'connected' || !connection) return undefined
    connection.freeze(onClosed)
    this.#openAnother()
    return connection
  }

  /** The connection breaks, and none is tried before `comeBack`. */
  leave(): void {
    if (this.#state === 'closed' || this.#state === 'away') return
    if (this.#state === 'connecting') this.#options.gate.leave()
    this.#state = 'away'
    clearTimeout(this.#retry)
    this.#pauses = undefined
    this.#connection?.abort()
    this.#connection = undefined
    this.#outbox.rewind()
  }

  comeBack(): void {
    if (this.#state === 'away') this.#knock()
  }

  /** Waits up to `grace` for what is unacknowledged, then takes leave of the broker. */
  async end(grace: DurationMs): Promise<void> {
    if (this.#state !== 'closed' && this.unacknowledged > 0) {
      this.comeBack()
      await this.#drained(grace)
    }
    const connection = this.#connection
    this.#close(null)
    await connection?.close()
  }

  #openAnother(): void {
    this.#connection = undefined
    this.#outbox.rewind()
    this.#knock()
  }

  #knock(): void {
    this.#state = 'waiting'
    const { gate } = this.#options
    gate.enter(() => {
      if (this.#state !== 'waiting') {
        gate.leave()
        return
      }
      this.#state = 'connecting'
      const credentials = {
        id: this.id,
        secret: this.#secret,
        localAddress: this.#localAddress,
      }
      this.#connection = new Connection(credentials, this.#options, this.#owner)
    })
  }

  #opened(): void {
    this.#options.gate.leave()
    this.#state = 'connected'
    this.#pauses = undefined
    if (this.#topics.length > 0) {
      const subscriptions = this.#topics.map((topic) => ({ topic, qos: 1 as const }))
      this.#connection?.send({ cmd: 'subscribe', messageId: SUBSCRIBE_ID, subscriptions })
    }
    this.#events.connected?.(this)
    this.#flush()
  }

  #handle(packet: IPubackPacket | IPublishPacket): void {
    if (packet.cmd === 'publish') {
      const { topic, payload, messageId } = packet
      if (packet.qos === 1 && messageId) this.#connection?.send({ cmd: 'puback', messageId })
      this.#events.received?.(this, topic, Buffer.from(payload as Buffer))
      return
    }
    const message = this.#outbox.acknowledge(packet.messageId ?? 0)
    if (!message) return
    this.#events.acknowledged?.(this, message)
    this.#flush()
  }

  // Stops where the socket does: what it cannot take stays in the outbox, not in its buffer.
  #flush(): void {
    const connection = this.#connection
    if (this.#state !== 'connected' || !connection) return
    connection.together(() => {
      while (!connection.full) {
        const sending = this.#outbox.next()
        if (!sending) break
        const { message, id: messageId, dup } = sending
        const { topic, payload, qos } = message
        connection.send({ cmd: 'publish', topic, payload, qos, messageId, dup, retain: false })
        this.#events.sent?.(this, message, dup)
      }
    })
    if (this.unacknowledged === 0) this.#onDrained?.()
  }

  async #drained(grace: DurationMs): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, grace)
      this.#onDrained = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  #failed(reason: WanmiError): void {
    if (this.#state === 'connecting') this.#options.gate.leave()
    this.#connection = undefined
    if (reason instanceof Rejected) {
      this.#close(reason)
      return
    }
    this.#outbox.rewind()
    this.#state = 'resting'
    const { random, retry = RETRY } = this.#options
    this.#pauses ??= backoff({ ...retry, random })
    const pause = this.#pauses.next().value
    this.#retry = setTimeout(() => this.#knock(), pause)
    this.#events.lost?.(this, reason, pause)
  }

  #close(reason: WanmiError | null): void {
    if (this.#state === 'closed') return
    if (this.#state === 'connecting' && this.#connection) this.#options.gate.leave()
    this.#state = 'closed'
    this.#connection = undefined
    clearTimeout(this.#retry)
    this.#onDrained?.()
    this.#events.closed?.(this, reason)
  }
}
