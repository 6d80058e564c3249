import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
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
import { Publisher } from './publisher.ts'

/** Minutes long: its short form are `tests/service/spooling.test.ts` and `tests/spool`. */
const isFull = process.env['CHAOS'] === 'full'
const CLIENTS = 50
const ROUNDS = 8
const DAY_MS = 86_400_000

const deviceIds = Array.from({ length: CLIENTS }, (_, index) => `chaos-${index}`)
const secretOf = (id: string): string => `secret-of-the-device-${id}`

test.runIf(isFull)(
  'killed while spooling and while draining, what was acknowledged is stored once',
  async () => {
    await using folder = await scratchFolder()
    const databasePort = await freePort()
    const config = { dataDir: `${folder.path}/database`, databasePort, minFreeMb: 0 }
    let database = await EmbeddedServer.open(config, silentLogger)
    const env = {
      DATABASE_URL: database.url('postgres'),
      DATA_DIR: `${folder.path}/data`,
      HTTP_PORT: String(await freePort()),
      MQTT_PORT: String(await freePort()),
      SPOOL_AFTER_MS: '500',
    }
    let service = spawnService(env)
    await untilReady(service)
    const rows = deviceIds.map((id) => `${id},manhole-cover,${secretOf(id)},10`)
    await askApi(service, '/api/v1/imports/devices', {
      method: 'POST',
      headers: { 'content-type': 'text/csv' },
      body: `id,kind,secret,reportingInterval_s\n${rows.join('\n')}\n`,
    })
    const from = Math.floor(Date.now() / 10_000) * 10_000 - 25 * DAY_MS
    const publishers = await Promise.all(
      deviceIds.map((id) => Publisher.start(service.mqttPort, id, secretOf(id), from)),
    )
    const killService = async (): Promise<void> => {
      service.kill('SIGKILL')
      await service.ended
    }
    for (let round = 0; round < ROUNDS; round++) {
      await sleep(500)
      await database.stop()
      await sleep(2_000 + Math.random() * 3_000)
      const diesSpooling = round % 2 === 0
      if (diesSpooling) await killService()
      database = await EmbeddedServer.open(config, silentLogger)
      if (!diesSpooling) {
        // The database answers within the first second or two: in the middle of the draining.
        await sleep(Math.random() * 2_500)
        await killService()
      }
      service = spawnService(env)
      await untilReady(service)
    }
    await Promise.all(publishers.map((publisher) => publisher.drain()))
    await expect
      .poll(async () => (await fetch(`${service.api}/health/ready`)).text(), { timeout: 120_000 })
      .not.toContain('spooling')

    const faults: string[] = []
    let acknowledgedInAll = 0
    for (const { account } of publishers) {
      const { deviceId, acknowledged, published } = account
      acknowledgedInAll += acknowledged.size
      const path = `/api/v1/devices/${deviceId}/readings`
      const stored = await everyItem<{ measuredAt: string }>(service, path)
      const times = stored.map(({ measuredAt }) => Date.parse(measuredAt))
      const distinct = new Set(times)
      const lost = [...acknowledged].filter((at) => !distinct.has(at))
      if (lost.length > 0) faults.push(`${deviceId}: ${lost.length} acknowledged but not stored`)
      if (distinct.size !== times.length) faults.push(`${deviceId}: stored twice`)
      if (times.some((at) => !published.has(at))) faults.push(`${deviceId}: never published`)
    }
    const cases = await everyItem<{ objectId: string; phenomenon: string }>(
      service,
      '/api/v1/cases',
    )
    const objects = cases.map(({ objectId, phenomenon }) => `${objectId} ${phenomenon}`)
    expect(faults).toEqual([])
    expect(new Set(objects).size).toBe(objects.length)
    expect(objects.length).toBeGreaterThan(0)
    console.log(
      `${ROUNDS} outages, each with a kill: ${acknowledgedInAll} acknowledged, 0 lost, 0 twice, ` +
        `${cases.length} cases`,
    )
    service.kill('SIGTERM')
    await service.ended
    await database.stop()
  },
  1_200_000,
)
