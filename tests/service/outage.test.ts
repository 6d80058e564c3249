import { readdir } from 'node:fs/promises'
import { connectAsync } from 'mqtt'
import { expect, test } from 'vitest'
import { telemetryTopic } from '#model/topic.ts'
import { silentLogger } from '#runtime/logger.ts'
import { EmbeddedServer } from '#store/embedded/embedded-server.ts'
import { scratchFolder } from '#tests/support/scratch-folder.ts'
import {
  askApi,
  everyItem,
  freePort,
  spawnService,
  untilReady,
} from '#tests/support/service-process.ts'

const ID = 'cover-1'
const SECRET = 'secret-of-the-device-cover-1'
/** Longer than the keepalive of the device, so that a connection nobody answers would be cut. */
const KEEPALIVE_S = 1

test('a database that is away for a while loses nothing, acknowledges nothing and cuts nobody off', async () => {
  await using folder = await scratchFolder()
  const databasePort = await freePort()
  const config = { dataDir: `${folder.path}/database`, databasePort, minFreeMb: 0 }
  let database = await EmbeddedServer.open(config, silentLogger)
  const service = spawnService({
    DATABASE_URL: database.url('postgres'),
    DATA_DIR: `${folder.path}/data`,
    HTTP_PORT: String(await freePort()),
    MQTT_PORT: String(await freePort()),
    // Such an outage is short: the spool is for long ones.
    SPOOL_AFTER_MS: '60000',
  })
  await untilReady(service)
  await askApi(service, '/api/v1/devices', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ id: ID, kind: 'manhole-cover', secret: SECRET }),
  })
  const device = await connectAsync(`mqtt://127.0.0.1:${service.mqttPort}`, {
    username: ID,
    password: SECRET,
    keepalive: KEEPALIVE_S,
    reconnectPeriod: 100,
  })
  let [acknowledged, closed, published] = [0, 0, 0]
  device.on('close', () => closed++)
  const from = Date.now() - 60_000
  const publish = (count: number): Promise<unknown> =>
    Promise.all(
      Array.from({ length: count }, async () => {
        const payload = JSON.stringify({ measuredAt: from + published++, tilt_deg: 1 })
        await device.publishAsync(telemetryTopic(ID), payload, { qos: 1 })
        acknowledged++
      }),
    )
  await publish(50)

  await database.stop()
  const waiting = publish(500)
  await expect
    .poll(async () => (await fetch(`${service.api}/health/ready`)).status, { timeout: 20_000 })
    .toBe(503)
  // Several keepalives without a commit.
  const since = Date.now()
  await expect.poll(() => Date.now() - since, { timeout: 10_000 }).toBeGreaterThan(4_000)
  expect(acknowledged).toBe(50)

  database = await EmbeddedServer.open(config, silentLogger)
  await waiting
  expect({ acknowledged, closed }).toEqual({ acknowledged: 550, closed: 0 })
  await untilReady(service)
  const stored = await everyItem<{ measuredAt: string }>(service, `/api/v1/devices/${ID}/readings`)
  expect(stored.map(({ measuredAt }) => Date.parse(measuredAt) - from)).toEqual(
    Array.from({ length: 550 }, (_, index) => index),
  )

  // And once more: when the service is stopped, what waits goes into the spool and is acknowledged.
  await database.stop()
  const last = publish(20)
  await expect
    .poll(async () => (await fetch(`${service.api}/health/ready`)).status, { timeout: 20_000 })
    .toBe(503)
  const begun = performance.now()
  service.kill('SIGTERM')
  expect(await service.ended).toBe(0)
  expect(performance.now() - begun).toBeLessThan(10_000)
  await last
  expect(acknowledged).toBe(570)
  const folders = await readdir(`${folder.path}/data/spool`)
  const names = await readdir(`${folder.path}/data/spool/${folders[0]}`)
  expect(names.filter((name) => name.endsWith('.spool'))).toHaveLength(1)
  await device.endAsync(true)
}, 120_000)
