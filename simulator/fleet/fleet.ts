import { createHistogram } from 'node:perf_hooks'
import type { WanmiError } from '#model/error.ts'
import { type DurationMs, type EpochMs, seconds } from '#model/time.ts'
import { commandTopic, replyTopic, telemetryTopic } from '#model/topic.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Act } from '#simulator/network/act.ts'
import { fraction, splitRandom } from '#simulator/random/random.ts'
import { ConnectGate } from '#simulator/transport/connect-gate.ts'
import type { Endpoint } from '#simulator/transport/endpoint.ts'
import { type ClientEvents, MqttClient } from '#simulator/transport/mqtt-client.ts'
import type { Message } from '#simulator/transport/outbox.ts'
import type { City } from '#simulator/world/city.ts'
import { answerCommand } from './answer-command.ts'

/** What a fleet has done so far. */
export interface FleetCounters {
  readonly devices: number
  readonly connected: number
  /** Turned away for good by the broker. */
  readonly refused: number
  /** Broken ones, and attempts that failed. */
  readonly connectionsLost: number
  /** Readings that fell due. Each is published until it is acknowledged. */
  readonly published: number
  readonly acknowledged: number
  /** Sent again after a lost connection. */
  readonly resent: number
  readonly commandsAnswered: number
  /** From the instant of measuring to the acknowledgement, of late. */
  readonly lag_ms: number
  readonly lagP50_ms: number
  readonly lagP99_ms: number
}

interface FleetMessage extends Message {
  /** Null for what is not a reading. */
  readonly measuredAt: EpochMs | null
}

const WINDOW = 20
const KNOCKING_AT_ONCE = 48
const SMOOTHING = 0.02

/** The devices of a city as MQTT clients in one process. */
export class Fleet {
  readonly #clients: readonly MqttClient<FleetMessage>[]
  readonly #clock: Clock
  readonly #lags = createHistogram()
  readonly #onTrouble: (reason: WanmiError) => void
  #lag = 0
  #refused = 0
  #connectionsLost = 0
  #published = 0
  #acknowledged = 0
  #resent = 0
  #commandsAnswered = 0

  /** `onTrouble` hears of every connection that failed, broke or was refused. */
  constructor(
    city: City,
    endpoint: Endpoint,
    clock: Clock,
    onTrouble: (reason: WanmiError) => void,
  ) {
    this.#clock = clock
    this.#onTrouble = onTrouble
    const random = splitRandom(city.seed, 'reconnect')
    const options = {
      endpoint,
      gate: new ConnectGate(KNOCKING_AT_ONCE),
      window: WINDOW,
      // The session outlives the connection, as MQTT asks of a client that sends again.
      clean: false,
      keepalive: seconds(60),
      connectTimeout: seconds(30),
      random: () => fraction(random),
    }
    const events = this.#events()
    this.#clients = city.devices.map(
      (device) => new MqttClient(device, options, events, [commandTopic(device.id)]),
    )
  }

  /** Starts to connect every device, a few at a time. */
  connect(): void {
    for (const client of this.#clients) client.connect()
  }

  perform(act: Act): void {
    if (act.type !== 'publish') return
    const { device, at, payload } = act
    this.#published += 1
    const topic = telemetryTopic(device.id)
    this.#clients[device.index]?.publish({ topic, payload, qos: 1, measuredAt: at })
  }

  counters(): FleetCounters {
    const percentile = (share: number): number =>
      this.#lags.count > 0 ? this.#lags.percentile(share) : 0
    return {
      devices: this.#clients.length,
      connected: this.#clients.filter((client) => client.connected).length,
      refused: this.#refused,
      connectionsLost: this.#connectionsLost,
      published: this.#published,
      acknowledged: this.#acknowledged,
      resent: this.#resent,
      commandsAnswered: this.#commandsAnswered,
      lag_ms: Math.round(this.#lag),
      lagP50_ms: percentile(50),
      lagP99_ms: percentile(99),
    }
  }

  /** Waits up to `grace` for acknowledgements, then ends every connection. */
  async end(grace: DurationMs): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.end(grace)))
  }

  #events(): ClientEvents<FleetMessage> {
    return {
      sent: (_client, _message, dup) => {
        if (dup) this.#resent += 1
      },
      acknowledged: (_client, { measuredAt }) => {
        if (measuredAt !== null) this.#settle(measuredAt)
      },
      received: (client, _topic, payload) => {
        const replies = answerCommand(payload, this.#clock.now())
        const topic = replyTopic(client.id)
        for (const reply of replies) {
          client.publish({ topic, payload: JSON.stringify(reply), qos: 1, measuredAt: null })
        }
        if (replies.length > 0) this.#commandsAnswered += 1
      },
      lost: (_client, reason) => {
        this.#connectionsLost += 1
        this.#onTrouble(reason)
      },
      closed: (_client, reason) => {
        if (!reason) return
        this.#refused += 1
        this.#onTrouble(reason)
      },
    }
  }

  #settle(measuredAt: EpochMs): void {
    const lag = Math.max(0, this.#clock.now() - measuredAt)
    this.#acknowledged += 1
    this.#lag += (lag - this.#lag) * (this.#acknowledged === 1 ? 1 : SMOOTHING)
    // The histogram counts from 1.
    this.#lags.record(Math.max(1, Math.round(lag)))
  }
}
