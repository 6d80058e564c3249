import { connectAsync, type MqttClient } from 'mqtt'
import { expect, test } from 'vitest'
import { telemetryTopic } from '#model/topic.ts'
import { silentLogger } from '#runtime/logger.ts'
import { EmbeddedServer } from '#store/embedded/embedded-server.ts'
import { scratchFolder } from '#tests/support/scratch-folder.ts'
import {
  askApi,
  everyItem,
  freePort,
  type ServiceProcess,
  spawnService,
  untilReady,
} from '#tests/support/service-process.ts'

const ID = 'cover-1'
const SECRET = 'secret-of-the-device-cover-1'
const AFTER_MS = 300
const PATIENCE = { timeout: 30_000, interval: 50 }

/** A city whose database can be stopped and started, a service, and one cover. */
async function openCity() {
  const folder = await scratchFolder()
  const databasePort = await freePort()
  const database = { dataDir: `${folder.path}/database`, databasePort, minFreeMb: 0 }
  let server: EmbeddedServer | undefined = await EmbeddedServer.open(database, silentLogger)
  const env = {
    DATABASE_URL: server.url('postgres'),
    DATA_DIR: `${folder.path}/data`,
    HTTP_PORT: String(await freePort()),
    MQTT_PORT: String(await freePort()),
    SPOOL_AFTER_MS: String(AFTER_MS),
  }
  let service = spawnService(env)
  await untilReady(service)
  await askApi(service, '/api/v1/devices', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ id: ID, kind: 'manhole-cover', secret: SECRET }),
  })
  return {
    folder,
    get service() {
      return service
    },
    async stopDatabase() {
      await server?.stop()
      server = undefined
    },
    async startDatabase() {
      server ??= await EmbeddedServer.open(database, silentLogger)
    },
    async end(signal: NodeJS.Signals) {
      service.kill(signal)
      return await service.ended
    },
    startService(more: Record<string, string> = {}) {
      service = spawnService({ ...env, ...more })
      return untilReady(service)
    },
    async [Symbol.asyncDispose]() {
      service.kill('SIGKILL')
      await service.ended
      await server?.stop()
      await folder[Symbol.asyncDispose]()
    },
  }
}

const from = Date.now() - 3_600_000

/** A cover that counts what it publishes and what of that is acknowledged. */
class Cover {
  readonly acknowledged: number[] = []
  readonly #client: MqttClient
  #published = 0

  private constructor(client: MqttClient) {
    this.#client = client
  }

  static async connect({ mqttPort }: ServiceProcess): Promise<Cover> {
    const client = await connectAsync(`mqtt://127.0.0.1:${mqttPort}`, {
      username: ID,
      password: SECRET,
      clientId: ID,
      clean: false,
      reconnectPeriod: 100,
    })
    client.on('error', () => undefined)
    return new Cover(client)
  }

  /** Resolves when all of them are acknowledged, over however many connections. */
  async publish(count: number, qos: 1 | 2 = 1): Promise<void> {
    const publishOne = async (): Promise<void> => {
      const n = this.#published++
      const payload = JSON.stringify({ measuredAt: from + n * 1_000, tilt_deg: 1 })
      await this.#client.publishAsync(telemetryTopic(ID), payload, { qos })
      this.acknowledged.push(n)
    }
    await Promise.all(Array.from({ length: count }, publishOne))
  }

  /** Without a time of its own, or one that is wrong. */
  async publishText(payload: string): Promise<void> {
    await this.#client.publishAsync(telemetryTopic(ID), payload, { qos: 1 })
  }

  end(): Promise<void> {
    return this.#client.endAsync(true)
  }
}

/** The numbers of the readings that had a time of their own. */
async function storedOf(service: ServiceProcess): Promise<number[]> {
  const path = `/api/v1/devices/${ID}/readings`
  const items = await everyItem<{ measuredAt: string }>(service, path)
  return items
    .map(({ measuredAt }) => (Date.parse(measuredAt) - from) / 1_000)
    .filter((n) => n < 1_000)
}
const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n)

const readiness = async ({ api }: ServiceProcess) => {
  const response = await fetch(`${api}/health/ready`)
  return { status: response.status, text: await response.text() }
}

async function metric({ api }: ServiceProcess, name: string): Promise<number> {
  const headers = { authorization: 'Bearer token-of-the-tests' }
  const text = await (await fetch(`${api}/metrics`, { headers })).text()
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1])
}

test('a long outage is ridden out through a kill and a full spool: all is stored once', async () => {
  await using city = await openCity()
  const cover = await Cover.connect(city.service)
  await cover.publish(20)
  await city.stopDatabase()

  await cover.publish(50)
  await cover.publish(50, 2)
  await cover.publishText('{"tilt_deg":2}')
  await cover.publishText('rubbish')
  const during = await readiness(city.service)
  expect(during).toMatchObject({ status: 200 })
  expect(during.text).toMatch(/spooling since .*, the database is away/)
  expect(await metric(city.service, 'wanmi_spool_records')).toBeGreaterThan(0)
  await city.end('SIGKILL')

  await city.startDatabase()
  await city.startService({ SPOOL_MAX_BYTES: '20000' })
  await cover.publish(10)
  await expect.poll(() => metric(city.service, 'wanmi_spool_records'), PATIENCE).toBe(0)
  expect((await readiness(city.service)).text).not.toContain('spooling')
  expect(await storedOf(city.service)).toEqual(upTo(130))

  await city.stopDatabase()
  const all = Promise.all(upTo(20).map(() => cover.publish(20)))
  await expect
    .poll(() => readiness(city.service), PATIENCE)
    .toMatchObject({ status: 503, text: expect.stringContaining('the spool is full') as string })
  expect(await metric(city.service, 'wanmi_spool_blocked')).toBe(1)
  expect(await metric(city.service, 'wanmi_spool_bytes')).toBeLessThanOrEqual(20_000)
  expect(cover.acknowledged.length).toBeLessThan(530)

  await city.startDatabase()
  await all
  await expect.poll(() => storedOf(city.service), PATIENCE).toEqual(upTo(530))
  const own = await everyItem(city.service, `/api/v1/devices/${ID}/readings`)
  expect(own).toHaveLength(531)
  expect(await everyItem(city.service, '/api/v1/quarantine')).toHaveLength(1)
  await cover.end()
}, 120_000)
