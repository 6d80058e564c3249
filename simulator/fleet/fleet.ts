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
import type { SimulatedDevice } from '#simulator/world/fixtures.ts'
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

export interface FleetOptions {
  readonly devices: readonly Pick<SimulatedDevice, 'index' | 'id' | 'secret'>[]
  /** Of the pauses before reconnecting. */
  readonly seed: string
  readonly endpoint: Endpoint
  readonly clock: Clock
  readonly qos: 0 | 1
  /** Most messages of one device sent and not yet acknowledged. */
  readonly window: number
  /** Hears of every connection that failed, broke or was refused. */
  readonly onTrouble: (reason: WanmiError) => void
}

interface FleetMessage extends Message {
  /** Null for what is not a reading. */
  readonly measuredAt: EpochMs | null
}

const KNOCKING_AT_ONCE = 48
const SMOOTHING = 0.02
const MOST_UNACKNOWLEDGED = 20_000

/** Devices as MQTT clients in one process. */
export class Fleet {
  readonly #clients = new Map<number, MqttClient<FleetMessage>>()
  readonly #qos: 0 | 1
  readonly #clock: Clock
  readonly #lags = createHistogram()
  readonly #onTrouble: (reason: WanmiError) => void
  #waiting: (() => void)[] = []
  #lag = 0
  #refused = 0
  #connectionsLost = 0
  #published = 0
  #acknowledged = 0
  #resent = 0
  #commandsAnswered = 0

  constructor({ devices, seed, endpoint, clock, qos, window, onTrouble }: FleetOptions) {
    this.#clock = clock
    this.#qos = qos
    this.#onTrouble = onTrouble
    const random = splitRandom(seed, 'reconnect')
    const options = {
      endpoint,
      gate: new ConnectGate(KNOCKING_AT_ONCE),
      window,
      // The session outlives the connection, as MQTT asks of a client that sends again.
      clean: false,
      keepalive: seconds(60),
      connectTimeout: seconds(30),
      random: () => fraction(random),
    }
    const events = this.#events()
    for (const device of devices) {
      const client = new MqttClient(device, options, events, [commandTopic(device.id)])
      this.#clients.set(device.index, client)
    }
  }

  /** Starts to connect every device, a few at a time. */
  connect(): void {
    for (const client of this.#clients.values()) client.connect()
  }

  perform(act: Act): void {
    if (act.type !== 'publish') return
    const { device, at, payload } = act
    this.#published += 1
    const topic = telemetryTopic(device.id)
    this.#clients.get(device.index)?.publish({ topic, payload, qos: this.#qos, measuredAt: at })
  }

  /** Resolves when so little is unacknowledged that more may be handed over. */
  async room(): Promise<void> {
    if (this.#published - this.#acknowledged < MOST_UNACKNOWLEDGED) return
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve)
    })
  }

  counters(): FleetCounters {
    const percentile = (share: number): number =>
      this.#lags.count > 0 ? this.#lags.percentile(share) : 0
    return {
      devices: this.#clients.size,
      connected: this.#clients
        .values()
        .filter((client) => client.connected)
        .toArray().length,
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
    await Promise.all(this.#clients.values().map((client) => client.end(grace)))
  }

  #events(): ClientEvents<FleetMessage> {
    return {
      sent: (_client, { qos, measuredAt }, dup) => {
        if (dup) this.#resent += 1
        if (qos === 0 && measuredAt !== null) this.#settle(measuredAt)
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
    if (this.#published - this.#acknowledged >= MOST_UNACKNOWLEDGED) return
    const waiting = this.#waiting
    if (waiting.length === 0) return
    this.#waiting = []
    for (const resolve of waiting) resolve()
  }
}
