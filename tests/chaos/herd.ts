import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'
import { milliseconds, seconds } from '#model/time.ts'
import { telemetryTopic } from '#model/topic.ts'
import { ConnectGate } from '#simulator/transport/connect-gate.ts'
import { MqttClient } from '#simulator/transport/mqtt-client.ts'
import type { Message } from '#simulator/transport/outbox.ts'
import { askApi, type ServiceProcess } from '#tests/support/service-process.ts'

export interface HerdOptions {
  /** Device `n` is `${name}-${n}`. */
  readonly name: string
  readonly devices: number
  /** Messages a second of all together. */
  readonly perSecond: number
  /** Most messages of one device sent and not yet acknowledged. */
  readonly window?: number
  /** Most that one keeps while they cannot be sent; then it measures nothing. */
  readonly keeps?: number
  /** Whether it measures now; otherwise it tells of a time long ago, and faster than that went by. */
  readonly isLive?: boolean
}

interface HerdMessage extends Message {
  readonly index: number
  readonly dueAt: number
}

/** What one device has said and what of it was acknowledged, by the number of its reading. */
export interface Account {
  readonly deviceId: string
  said: number
  readonly acknowledged: Set<number>
}

/** Where it does not measure now, from one reading of a device to its next. */
const STEP_MS = 10_000
const DAY_MS = 86_400_000
const AGO_MS = 25 * DAY_MS
const BEAT_MS = 10
const KNOCKING_AT_ONCE = 48
/** Ten readings of gas, then an hour without: each stretch is an episode of its own. */
const STRETCH = 370
const GAS = 10

export const stretchOf = (index: number): number | null =>
  index % STRETCH < GAS ? Math.floor(index / STRETCH) : null

export const secretOf = (id: string): string => `secret-of-the-device-${id}`

/**
 * Devices of the simulator's kind that know what they said, what of it was acknowledged, and what
 * must follow from it: whoever stored a reading of gas must have one open case of it.
 */
export class Herd {
  readonly accounts: readonly Account[]
  /** From when a message was due to its acknowledgement, ms, since {@link measure}. */
  lags: RecordableHistogram = createHistogram()
  readonly #options: HerdOptions
  readonly #clients: readonly MqttClient<HerdMessage>[]
  readonly #from: number
  readonly #stepMs: number
  #beat: NodeJS.Timeout | undefined
  #turn = 0
  #connectionsLost = 0
  #acknowledged = 0
  #lastAt = performance.now()
  #gap = { ms: 0, endedAt: 0 }

  constructor(options: HerdOptions, port: number) {
    const { name, devices, perSecond, isLive = false, window = 20 } = options
    this.#options = options
    this.#stepMs = isLive ? Math.max(1, Math.round((devices / perSecond) * 1_000)) : STEP_MS
    this.#from = isLive ? Date.now() : Math.floor((Date.now() - AGO_MS) / STEP_MS) * STEP_MS
    this.accounts = Array.from({ length: devices }, (_, index) => ({
      deviceId: `${name}-${index}`,
      said: 0,
      acknowledged: new Set<number>(),
    }))
    const accounts = new Map(this.accounts.map((account) => [account.deviceId, account]))
    const clientOptions = {
      endpoint: { host: '127.0.0.1', port },
      gate: new ConnectGate(KNOCKING_AT_ONCE),
      window,
      clean: false,
      keepalive: seconds(60),
      connectTimeout: seconds(30),
      random: Math.random,
      retry: { first: milliseconds(200), longest: seconds(2) },
    }
    const events = {
      acknowledged: ({ id }: MqttClient<HerdMessage>, { index, dueAt }: HerdMessage): void => {
        accounts.get(id)?.acknowledged.add(index)
        this.#heard(dueAt)
      },
      lost: (): void => void this.#connectionsLost++,
    }
    this.#clients = this.accounts.map(
      ({ deviceId: id }) => new MqttClient({ id, secret: secretOf(id) }, clientOptions, events),
    )
  }

  get name(): string {
    return this.#options.name
  }

  /** Whether each stretch of gas is an episode of its own: not where it is over in seconds. */
  get tellsEpisodes(): boolean {
    return !this.#options.isLive
  }

  get connected(): number {
    return this.#clients.filter(({ connected }) => connected).length
  }

  get connectionsLost(): number {
    return this.#connectionsLost
  }

  get acknowledged(): number {
    return this.#acknowledged
  }

  get said(): number {
    return this.accounts.reduce((sum, { said }) => sum + said, 0)
  }

  /** The number of the reading that was measured at an instant, in epoch milliseconds. */
  indexOf(measuredAt: number): number {
    return (measuredAt - this.#from) / this.#stepMs
  }

  async register(service: Pick<ServiceProcess, 'api'>): Promise<void> {
    const interval_s = this.#stepMs / 1_000
    const rows = this.accounts.map(
      ({ deviceId: id }) => `${id},manhole-cover,${secretOf(id)},${Math.ceil(interval_s)}`,
    )
    await askApi(service, '/api/v1/imports/devices', {
      method: 'POST',
      headers: { 'content-type': 'text/csv' },
      body: `id,kind,secret,reportingInterval_s\n${rows.join('\n')}\n`,
    })
  }

  connect(): void {
    for (const client of this.#clients) client.connect()
  }

  /** Lets them measure and say so, at their rate. */
  start(): void {
    const begunAt = performance.now()
    let done = 0
    this.#lastAt = begunAt
    this.#beat = setInterval(() => {
      const due = Math.floor(((performance.now() - begunAt) / 1_000) * this.#options.perSecond)
      // What could not be said while this very process was busy is not made up for.
      for (done = Math.max(done, due - this.#options.perSecond); done < due; done++) this.#say()
    }, BEAT_MS)
  }

  /** Begins to measure lags, and the longest time without any acknowledgement, anew. */
  measure(): void {
    this.lags = createHistogram()
    this.#gap = { ms: 0, endedAt: 0 }
    this.#lastAt = performance.now()
  }

  /** The longest time without any acknowledgement since {@link measure}, that now included. */
  get longestGapMs(): number {
    return Math.round(Math.max(this.#gap.ms, performance.now() - this.#lastAt))
  }

  /** Measures no more; what was measured is still said. */
  rest(): void {
    clearInterval(this.#beat)
  }

  /** Resolves with how many messages nobody acknowledged within that time. */
  async drain(patienceMs: number): Promise<number> {
    this.rest()
    await Promise.all(this.#clients.map((client) => client.end(milliseconds(patienceMs))))
    return this.said - this.#acknowledged
  }

  #say(): void {
    const { keeps = 100, devices, isLive = false } = this.#options
    const at = this.#turn++ % this.#clients.length
    const [account, client] = [this.accounts[at], this.#clients[at]]
    if (!account || !client || client.unacknowledged >= keeps) return
    const index = isLive ? Math.floor((this.#turn - 1) / devices) : account.said
    account.said++
    const measuredAt = this.#from + index * this.#stepMs
    const ch4_pct_lel = stretchOf(index) === null ? 0 : 25
    const payload = JSON.stringify({ measuredAt, ch4_pct_lel, battery_pct: 80 })
    const topic = telemetryTopic(account.deviceId)
    client.publish({ topic, payload, qos: 1, index, dueAt: performance.now() })
  }

  #heard(dueAt: number): void {
    const now = performance.now()
    this.#acknowledged++
    this.lags.record(Math.max(1, Math.round(now - dueAt)))
    if (now - this.#lastAt > this.#gap.ms) this.#gap = { ms: now - this.#lastAt, endedAt: now }
    this.#lastAt = now
  }
}
