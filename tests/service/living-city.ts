import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { connectAsync, type MqttClient } from 'mqtt'
import { type Service, startService } from '#main.ts'
import { type EpochMs, epochMs, plus, seconds } from '#model/time.ts'
import { telemetryTopic } from '#model/topic.ts'
import type { Clock } from '#runtime/clock.ts'
import { readConfig } from '#runtime/config.ts'
import { type Logger, silentLogger } from '#runtime/logger.ts'
import { PasswordHasher } from '#runtime/password-hasher.ts'
import { CHEAP } from '#tests/people/test-people.ts'
import { ADMIN_TOKEN, askApi, everyItem } from '#tests/support/service-process.ts'

/** A clock that goes only when it is told to. */
export class HandClock implements Clock {
  #now: EpochMs

  constructor(now: EpochMs) {
    this.#now = now
  }

  now(): EpochMs {
    return this.#now
  }

  /** Puts it forward. */
  move(ms: number): void {
    this.#now = epochMs(this.#now + ms)
  }

  back(ms: number): void {
    this.#now = epochMs(this.#now - ms)
  }
}

export interface EpisodeItem {
  readonly id: string
  readonly deviceId: string
  readonly ruleId: string
  readonly ruleVersion: number | null
  readonly role: string
  readonly groupId: string | null
  readonly startedAt: string
  readonly endedAt: string | null
  readonly clearedAt: string | null
  readonly withdrawnAt: string | null
  readonly caseId: string | null
}

export interface CaseItem {
  readonly id: string
  readonly objectId: string
  readonly deviceId: string
  readonly phenomenon: string
  readonly state: string
}

interface CityOptions {
  readonly databaseUrl: string
  /** A folder for the rules; beside it stands that of the photos. */
  readonly folder: string
  /** YAML documents by id. */
  readonly rules: Readonly<Record<string, string>>
  readonly clock: HandClock
  readonly log?: Logger
  /** How long one that is opened waits for the one before it; not at all when absent. */
  readonly handoverWaitMs?: number
  /** Settings of the service beside those of a test. */
  readonly settings?: Readonly<Record<string, string>>
}

/** So often do the devices of the city measure. */
export const INTERVAL_S = 60
const BEAT_S = 10

/**
 * The whole service on a clock that is moved by hand, with devices that report by that clock over
 * real sockets.
 */
export class LivingCity {
  readonly clock: HandClock
  readonly #options: CityOptions
  readonly #clients = new Map<string, MqttClient>()
  /** When each device measured last. */
  readonly #measuredAt = new Map<string, EpochMs>()
  /** Readings not sent yet. */
  readonly #buffers = new Map<string, object[]>()
  #service: Service | null = null

  private constructor(options: CityOptions) {
    this.#options = options
    this.clock = options.clock
  }

  static async start(options: CityOptions): Promise<LivingCity> {
    const city = new LivingCity(options)
    await mkdir(options.folder, { recursive: true })
    for (const [id, document] of Object.entries(options.rules)) {
      await writeFile(`${options.folder}/${id}.yaml`, document)
    }
    await city.open()
    return city
  }

  get service(): Service {
    if (!this.#service) throw new Error('the service is stopped')
    return this.#service
  }

  get address() {
    return { api: this.service.httpUrl }
  }

  async open(): Promise<void> {
    const { databaseUrl, folder, clock, log = silentLogger, handoverWaitMs = 0 } = this.#options
    const config = readConfig({
      ...this.#options.settings,
      DATABASE_URL: databaseUrl,
      RULES_DIR: folder,
      ATTACHMENTS_DIR: join(dirname(folder), 'attachments'),
      HTTP_HOST: '127.0.0.1',
      HTTP_PORT: '0',
      MQTT_HOST: '127.0.0.1',
      MQTT_PORT: '0',
      HANDOVER_WAIT_MS: String(handoverWaitMs),
    })
    this.#service = await startService(config, ADMIN_TOKEN, log, {
      clock,
      hasher: new PasswordHasher(CHEAP),
    })
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#clients.values()].map((client) => client.endAsync(true)))
    this.#clients.clear()
    await this.#service?.stop()
    this.#service = null
  }

  /** Registers devices that have just measured. */
  async add(ids: readonly string[], more: object = {}, kind = 'manhole-cover'): Promise<void> {
    for (const id of ids) {
      await this.send('POST', '/api/v1/devices', {
        id,
        kind,
        secret: secretOf(id),
        reportingInterval_s: INTERVAL_S,
        ...more,
      })
      this.#measuredAt.set(id, epochMs(this.clock.now() - INTERVAL_S * 1_000))
    }
  }

  send<Answer>(method: string, path: string, body: unknown, type = 'application/json') {
    return askApi<Answer>(this.address, path, {
      method,
      headers: { 'content-type': type },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
  }

  /** Lets devices measure what is due by now, without sending it. */
  measure(ids: readonly string[], values: object = { tilt_deg: 1 }): void {
    for (const id of ids) {
      let at = this.#measuredAt.get(id) ?? this.clock.now()
      for (; plus(at, seconds(INTERVAL_S)) <= this.clock.now(); ) {
        at = plus(at, seconds(INTERVAL_S))
        const buffer = this.#buffers.get(id) ?? []
        buffer.push({ measuredAt: at, ...values })
        this.#buffers.set(id, buffer)
      }
      this.#measuredAt.set(id, at)
    }
  }

  /** What a device had measured and not sent is lost. */
  lose(id: string): void {
    this.#buffers.delete(id)
    this.#measuredAt.set(id, this.clock.now())
  }

  /** Sends what was measured, at most so many readings of each; resolves when it is acknowledged. */
  async flush(ids: readonly string[], most = 1_000): Promise<void> {
    await Promise.all(
      ids.map(async (id) => {
        const buffer = this.#buffers.get(id) ?? []
        const sent = buffer.splice(0, most)
        if (sent.length === 0) return
        const client = await this.#clientOf(id)
        await client.publishAsync(telemetryTopic(id), JSON.stringify(sent), { qos: 1 })
      }),
    )
  }

  /** Sends one reading of now. */
  async report(id: string, values: object): Promise<void> {
    const client = await this.#clientOf(id)
    const payload = JSON.stringify({ measuredAt: this.clock.now(), ...values })
    await client.publishAsync(telemetryTopic(id), payload, { qos: 1 })
    this.#measuredAt.set(id, this.clock.now())
  }

  /** Sends readings as they are; resolves when they are acknowledged. */
  async publish(id: string, readings: readonly object[]): Promise<void> {
    const client = await this.#clientOf(id)
    await client.publishAsync(telemetryTopic(id), JSON.stringify(readings), { qos: 1 })
  }

  /** Time goes by, the service listens, and these devices report. */
  async live(ms: number, ids: readonly string[]): Promise<void> {
    for (let gone = 0; gone < ms; gone += BEAT_S * 1_000) {
      this.clock.move(BEAT_S * 1_000)
      this.measure(ids)
      await this.flush(ids)
      await this.service.tick()
    }
  }

  episodes(query = ''): Promise<EpisodeItem[]> {
    return everyItem<EpisodeItem>(this.address, `/api/v1/episodes${query}`)
  }

  cases(query = ''): Promise<CaseItem[]> {
    return everyItem<CaseItem>(this.address, `/api/v1/cases${query}`)
  }

  async #clientOf(id: string): Promise<MqttClient> {
    const known = this.#clients.get(id)
    if (known) return known
    const client = await connectAsync(this.service.mqttUrls[0] ?? '', {
      username: id,
      password: secretOf(id),
      clientId: id,
    })
    this.#clients.set(id, client)
    return client
  }
}

const secretOf = (id: string): string => `secret-of-the-device-${id}`
