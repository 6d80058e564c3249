import { connectAsync, type MqttClient } from 'mqtt'
import { telemetryTopic } from '#model/topic.ts'

/** What one device has said and what of it was acknowledged, by measuredAt. */
export interface Account {
  readonly deviceId: string
  readonly published: Set<number>
  readonly acknowledged: Set<number>
}

const WINDOW = 5

/**
 * A device that never rests: publishes the next reading as soon as there is room in its window, and
 * lets its MQTT client send again what a broken connection left unanswered.
 */
export class Publisher {
  readonly account: Account
  readonly #client: MqttClient
  #at: number
  #inFlight = 0
  #stopped = false
  #drained: (() => void) | undefined

  private constructor(deviceId: string, client: MqttClient, from: number) {
    this.account = { deviceId, published: new Set(), acknowledged: new Set() }
    this.#client = client
    this.#at = from
  }

  static async start(
    port: number,
    deviceId: string,
    secret: string,
    from: number,
  ): Promise<Publisher> {
    const client = await connectAsync(`mqtt://127.0.0.1:${port}`, {
      username: deviceId,
      password: secret,
      clientId: deviceId,
      clean: false,
      reconnectPeriod: 100,
      connectTimeout: 10_000,
    })
    client.on('error', () => undefined)
    const publisher = new Publisher(deviceId, client, from)
    client.on('connect', () => publisher.#fill())
    publisher.#fill()
    return publisher
  }

  /** Publishes nothing more and resolves once everything published is acknowledged. */
  async drain(): Promise<void> {
    this.#stopped = true
    if (this.#inFlight > 0) {
      await new Promise<void>((resolve) => {
        this.#drained = resolve
      })
    }
    await this.#client.endAsync()
  }

  #fill(): void {
    while (!this.#stopped && this.#inFlight < WINDOW) this.#publish()
  }

  #publish(): void {
    const { deviceId, published, acknowledged } = this.account
    const measuredAt = (this.#at += 10_000)
    // Ten readings of gas, then an hour without: each stretch is an episode of its own.
    const ch4_pct_lel = (measuredAt / 10_000) % 370 < 10 ? 25 : 0
    published.add(measuredAt)
    this.#inFlight++
    const payload = JSON.stringify({ measuredAt, ch4_pct_lel, battery_pct: 80 })
    this.#client.publish(telemetryTopic(deviceId), payload, { qos: 1 }, (error) => {
      this.#inFlight--
      if (!error) acknowledged.add(measuredAt)
      // After a failure the connection is gone: it goes on with the next one.
      if (this.#client.connected) this.#fill()
      if (this.#stopped && this.#inFlight === 0) this.#drained?.()
    })
  }
}
