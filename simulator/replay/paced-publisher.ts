import { Unavailable, type WanmiError } from '#model/error.ts'
import { type DurationMs, seconds } from '#model/time.ts'
import { ConnectGate } from '#simulator/transport/connect-gate.ts'
import type { Credentials } from '#simulator/transport/connection.ts'
import type { Endpoint } from '#simulator/transport/endpoint.ts'
import { MqttClient } from '#simulator/transport/mqtt-client.ts'
import type { Message } from '#simulator/transport/outbox.ts'

interface Counted extends Message {
  readonly readings: number
}

export interface PublisherOptions {
  readonly endpoint: Endpoint
  /** Most messages in flight; nobody hands over more than that ahead of time. */
  readonly window: number
  readonly random: () => number
}

/** Publishes as one device, no faster than it is acknowledged. */
export class PacedPublisher {
  readonly #client: MqttClient<Counted>
  readonly #window: number
  #failure: WanmiError | undefined
  #everConnected = false
  #wake: (() => void) | undefined
  /** So far: messages and readings handed over, of them acknowledged (QoS 0: sent), sent again. */
  readonly counts = { messages: 0, published: 0, acknowledged: 0, resent: 0 }

  constructor(credentials: Credentials, { endpoint, window, random }: PublisherOptions) {
    this.#window = window
    const { counts } = this
    const options = {
      endpoint,
      gate: new ConnectGate(1),
      window,
      clean: false,
      keepalive: seconds(60),
      connectTimeout: seconds(30),
      random,
    }
    this.#client = new MqttClient<Counted>(credentials, options, {
      connected: () => {
        this.#everConnected = true
        this.#wake?.()
      },
      sent: (_client, { qos, readings }, dup) => {
        if (dup) counts.resent += 1
        if (qos === 0) this.#settle(readings)
      },
      acknowledged: (_client, { readings }) => this.#settle(readings),
      lost: (_client, reason) => this.#fail(reason),
      closed: (_client, reason) => {
        if (reason) this.#fail(reason)
      },
    })
  }

  /**
   * Resolves when there is a connection.
   *
   * @throws Unavailable when there is no broker, Rejected when it refuses the device.
   */
  async connect(): Promise<void> {
    this.#client.connect()
    while (!this.#client.connected) await this.#woken()
  }

  /**
   * Hands a message over and resolves when there is room for the next.
   *
   * @throws Rejected when the broker refuses the device on a later connection.
   */
  async publish(topic: string, payload: string, qos: 0 | 1, readings: number): Promise<void> {
    this.counts.messages += 1
    this.counts.published += readings
    this.#client.publish({ topic, payload, qos, readings })
    while (this.#client.unacknowledged >= this.#window) await this.#woken()
  }

  /** Waits up to `grace` for acknowledgements, then closes the connection. */
  end(grace: DurationMs): Promise<void> {
    return this.#client.end(grace)
  }

  #settle(readings: number): void {
    this.counts.acknowledged += readings
    this.#wake?.()
  }

  // A connection that breaks comes back; one that never was does not.
  #fail(reason: WanmiError): void {
    if (reason instanceof Unavailable && this.#everConnected) return
    this.#failure = reason
    this.#wake?.()
  }

  async #woken(): Promise<void> {
    if (this.#failure) throw this.#failure
    await new Promise<void>((resolve) => {
      this.#wake = resolve
    })
    if (this.#failure) throw this.#failure
  }
}
