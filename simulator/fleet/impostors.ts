import { type DurationMs, seconds } from '#model/time.ts'
import type { Credentials } from '#simulator/transport/connection.ts'
import {
  type ClientEvents,
  type ClientOptions,
  MqttClient,
} from '#simulator/transport/mqtt-client.ts'
import type { Message } from '#simulator/transport/outbox.ts'

/** The two push each other out; so often, then the other gives up. */
const MOST_ATTEMPTS = 30
const LONGEST_MS = 600_000

/** Others that connect with the credentials of devices, and say nothing. */
export class Impostors {
  readonly #options: ClientOptions
  readonly #attempts = new Map<MqttClient, number>()
  readonly #events: ClientEvents<Message> = {
    lost: (client) => {
      const attempts = (this.#attempts.get(client) ?? 0) + 1
      this.#attempts.set(client, attempts)
      if (attempts >= MOST_ATTEMPTS) void this.#dismiss(client)
    },
  }

  constructor(options: ClientOptions) {
    this.#options = options
  }

  /** One more, for so long by the clock on the wall. */
  appear(credentials: Credentials, lasts: DurationMs): void {
    const client = new MqttClient(credentials, this.#options, this.#events)
    this.#attempts.set(client, 0)
    client.connect()
    const span = Math.min(LONGEST_MS, Math.max(0, lasts))
    setTimeout(() => void this.#dismiss(client), span).unref()
  }

  async end(): Promise<void> {
    await Promise.all(this.#attempts.keys().map((client) => this.#dismiss(client)))
  }

  async #dismiss(client: MqttClient): Promise<void> {
    this.#attempts.delete(client)
    await client.end(seconds(0))
  }
}
