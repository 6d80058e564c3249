import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'
import type { WanmiError } from '#model/error.ts'
import { type DurationMs, type EpochMs, seconds } from '#model/time.ts'
import { commandTopic, replyTopic, telemetryTopic } from '#model/topic.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Act, Noise, Publish } from '#simulator/network/act.ts'
import { fraction, splitRandom } from '#simulator/random/random.ts'
import { ConnectGate } from '#simulator/transport/connect-gate.ts'
import type { Connection } from '#simulator/transport/connection.ts'
import type { Endpoint } from '#simulator/transport/endpoint.ts'
import {
  type ClientEvents,
  type ClientOptions,
  MqttClient,
} from '#simulator/transport/mqtt-client.ts'
import type { Message } from '#simulator/transport/outbox.ts'
import type { SimulatedDevice } from '#simulator/world/fixtures.ts'
import { answerCommand } from './answer-command.ts'
import type { FleetCounters } from './fleet-counters.ts'
import { Impostors } from './impostors.ts'
import { localAddressOf } from './local-address.ts'

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
  /** When, by `clock`, something of that instant is due; absent or null: when it is performed. */
  readonly dueAt?: (at: EpochMs) => EpochMs | null
}

interface FleetMessage extends Message {
  /** By the clock of the fleet; null for what is no reading. */
  readonly dueAt: EpochMs | null
}

const KNOCKING_AT_ONCE = 48
const SMOOTHING = 0.02
const MOST_UNACKNOWLEDGED = 20_000

/** Devices as MQTT clients in one process. */
export class Fleet {
  /** From when a message was due to its acknowledgement, in ms. */
  readonly lags: RecordableHistogram = createHistogram()
  readonly #options: FleetOptions
  readonly #clients = new Map<number, MqttClient<FleetMessage>>()
  readonly #devices = new Map<number, FleetOptions['devices'][number]>()
  readonly #impostors: Impostors
  /** Connections that were forgotten, not closed. */
  readonly #frozen = new Set<Connection>()
  /** Most that may wait for an acknowledgement before more is handed over. */
  readonly #most: number
  #waiting: (() => void)[] = []
  #unsettled = 0
  #lag = 0
  #refused = 0
  #connectionsLost = 0
  #published = 0
  #acknowledged = 0
  #readings = 0
  #lost = 0
  #noise = 0
  #resent = 0
  #commandsAnswered = 0

  constructor(options: FleetOptions) {
    const { devices, seed, endpoint, window } = options
    this.#options = options
    this.#most = Math.min(MOST_UNACKNOWLEDGED, devices.length * window)
    const random = splitRandom(seed, 'reconnect')
    const clientOptions: ClientOptions = {
      endpoint,
      gate: new ConnectGate(KNOCKING_AT_ONCE),
      window,
      // The session outlives the connection, as MQTT asks of a client that sends again.
      clean: false,
      keepalive: seconds(60),
      connectTimeout: seconds(30),
      random: () => fraction(random),
    }
    this.#impostors = new Impostors(clientOptions)
    const events = this.#events()
    for (const device of devices) {
      const { id, secret, index } = device
      const credentials = { id, secret, localAddress: localAddressOf(endpoint, index) }
      const client = new MqttClient(credentials, clientOptions, events, [commandTopic(id)])
      this.#clients.set(index, client)
      this.#devices.set(index, device)
    }
  }

  /** Starts to connect every device, a few at a time. */
  connect(): void {
    for (const client of this.#clients.values()) client.connect()
  }

  perform(act: Act): void {
    if (act.type === 'lost') {
      this.#lost += 1
      return
    }
    const client = this.#clients.get(act.device.index)
    if (!client) return
    switch (act.type) {
      case 'publish':
        this.#publish(client, act)
        break
      case 'noise':
        this.#makeNoise(client, act)
        break
      case 'down':
        this.#leave(client)
        break
      case 'up':
        this.#comeBack(client)
        break
      case 'cut':
        if (client.connected) this.#connectionsLost += 1
        client.drop()
        break
      case 'freeze':
        this.#freeze(client)
        break
      default: {
        const until = this.#options.dueAt?.(act.until)
        const span = until ? until - this.#options.clock.now() : act.until - act.at
        const device = this.#devices.get(act.device.index)
        if (device) this.#impostors.appear(device, span as DurationMs)
      }
    }
  }

  /** Resolves when so little is unacknowledged that more may be handed over. */
  async room(): Promise<void> {
    if (this.#unsettled < this.#most) return
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve)
    })
  }

  counters(): FleetCounters {
    const percentile = (share: number): number =>
      this.lags.count > 0 ? this.lags.percentile(share) : 0
    let connected = 0
    for (const client of this.#clients.values()) if (client.connected) connected += 1
    return {
      devices: this.#clients.size,
      connected,
      refused: this.#refused,
      connectionsLost: this.#connectionsLost,
      published: this.#published,
      acknowledged: this.#acknowledged,
      readings: this.#readings,
      lost: this.#lost,
      noise: this.#noise,
      resent: this.#resent,
      commandsAnswered: this.#commandsAnswered,
      lag_ms: Math.round(this.#lag),
      lagP50_ms: percentile(50),
      lagP99_ms: percentile(99),
    }
  }

  /**
   * Waits up to `grace` for acknowledgements, then ends every connection. Devices out of coverage
   * come back for what they had handed over.
   */
  async end(grace: DurationMs): Promise<void> {
    await this.#impostors.end()
    await Promise.all(this.#clients.values().map((client) => client.end(grace)))
    await Promise.all(this.#frozen.values().map((connection) => connection.close()))
  }

  #publish(client: MqttClient<FleetMessage>, { device, at, payload, emissions, again }: Publish) {
    this.#published += 1
    if (!again) this.#readings += emissions.length
    const { clock, dueAt, qos } = this.#options
    this.#hand(client, {
      topic: telemetryTopic(device.id),
      payload,
      qos,
      dueAt: dueAt?.(at) ?? clock.now(),
    })
  }

  #makeNoise(client: MqttClient<FleetMessage>, { device, noise, payload }: Noise): void {
    this.#noise += 1
    // What closes the connection must not be sent again on the next.
    const qos = noise === 'oversize' ? 0 : this.#options.qos
    this.#hand(client, { topic: telemetryTopic(device.id), payload, qos, dueAt: null })
  }

  #hand(client: MqttClient<FleetMessage>, message: FleetMessage): void {
    // Whom the broker has turned away says nothing more, and keeps nothing.
    if (client.closed) return
    if (!client.away) this.#unsettled += 1
    client.publish(message)
  }

  // What a device out of coverage has on its way waits for an act to come, not the acts for it.
  #leave(client: MqttClient<FleetMessage>): void {
    if (client.away || client.closed) return
    this.#unsettled -= client.unacknowledged
    client.leave()
    this.#makeRoom()
  }

  #comeBack(client: MqttClient<FleetMessage>): void {
    if (!client.away) return
    this.#unsettled += client.unacknowledged
    client.comeBack()
  }

  #freeze(client: MqttClient<FleetMessage>): void {
    const frozen = client.freeze(() => {
      if (frozen) this.#frozen.delete(frozen)
    })
    if (!frozen) return
    this.#connectionsLost += 1
    this.#frozen.add(frozen)
  }

  #events(): ClientEvents<FleetMessage> {
    const { clock, onTrouble } = this.#options
    return {
      sent: (_client, message, dup) => {
        if (dup) this.#resent += 1
        if (message.qos === 0) this.#settle(message)
      },
      acknowledged: (_client, message) => this.#settle(message),
      received: (client, _topic, payload) => {
        const replies = answerCommand(payload, clock.now())
        const topic = replyTopic(client.id)
        for (const reply of replies) {
          this.#hand(client, { topic, payload: JSON.stringify(reply), qos: 1, dueAt: null })
        }
        if (replies.length > 0) this.#commandsAnswered += 1
      },
      lost: (_client, reason) => {
        this.#connectionsLost += 1
        onTrouble(reason)
      },
      closed: (client, reason) => {
        if (!reason) return
        this.#refused += 1
        this.#unsettled -= client.unacknowledged
        this.#makeRoom()
        onTrouble(reason)
      },
    }
  }

  #settle({ dueAt }: FleetMessage): void {
    this.#unsettled -= 1
    if (dueAt !== null) {
      const lag = Math.max(0, this.#options.clock.now() - dueAt)
      this.#acknowledged += 1
      this.#lag += (lag - this.#lag) * (this.#acknowledged === 1 ? 1 : SMOOTHING)
      // The histogram counts from 1.
      this.lags.record(Math.max(1, Math.round(lag)))
    }
    this.#makeRoom()
  }

  #makeRoom(): void {
    if (this.#waiting.length === 0 || this.#unsettled >= this.#most) return
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve()
  }
}
