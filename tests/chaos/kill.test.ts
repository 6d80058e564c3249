import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Receiver } from '#tests/outbox/receiver.ts'
import { type ScratchFolder, scratchFolder } from '#tests/support/scratch-folder.ts'
import {
  ADMIN_TOKEN,
  askApi,
  everyItem,
  freePort,
  type ServiceProcess,
  spawnService,
  untilReady,
} from '#tests/support/service-process.ts'
import { type Account, Publisher } from './publisher.ts'

/** `npm run chaos` runs the long form; the short form is part of every test run. */
const FULL = process.env['CHAOS'] === 'full'
const CLIENTS = FULL ? 200 : 50
const SERVICE_KILLS = FULL ? 20 : 3
const DATABASE_KILLS = FULL ? 10 : 2
const DAY_MS = 86_400_000

let folder: ScratchFolder
let env: Record<string, string>
let service: ServiceProcess
let receiver: Receiver

beforeAll(async () => {
  folder = await scratchFolder()
  env = {
    DATA_DIR: folder.path,
    HTTP_PORT: String(await freePort()),
    MQTT_PORT: String(await freePort()),
    ADMIN_TOKEN,
    // A claim of a service that was killed runs out soon.
    WEBHOOK_TIMEOUT_MS: '1000',
    WEBHOOK_RETRY_FIRST_MS: '100',
  }
  receiver = await Receiver.start()
  service = spawnService(env)
  await untilReady(service)
}, 120_000)

afterAll(async () => {
  service.kill('SIGTERM')
  await service.ended
  await receiver.stop()
  await folder[Symbol.asyncDispose]()
}, 60_000)

const deviceIds = Array.from({ length: CLIENTS }, (_, index) => `chaos-${index}`)
const secretOf = (id: string): string => `secret-of-the-device-${id}`

async function register(): Promise<void> {
  const rows = deviceIds.map((id) => `${id},manhole-cover,${secretOf(id)},10`)
  await askApi(service, '/api/v1/imports/devices', {
    method: 'POST',
    headers: { 'content-type': 'text/csv' },
    body: `id,kind,secret,reportingInterval_s\n${rows.join('\n')}\n`,
  })
}

const hook = (): Promise<unknown> =>
  askApi(service, '/api/v1/webhooks', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ title: 'another system', url: receiver.url }),
  })

/** What is wrong with what the other system was told of a case, in words. */
async function noticeFaults(caseId: string): Promise<string[]> {
  const { events } = await askApi<{ events: { id: string }[] }>(service, `/api/v1/cases/${caseId}`)
  const ids = events.map(({ id }) => id)
  const told = [...new Set(receiver.ids)].filter((id) => ids.includes(id))
  return told.join() === ids.join()
    ? []
    : [`${caseId}: told ${told.length} of ${ids.length} events`]
}

/** Between half a second and two and a half: any moment of a connection, a batch, a commit. */
const anyMoment = () => sleep(500 + Math.random() * 2_000)

async function killService(): Promise<void> {
  await anyMoment()
  service.kill('SIGKILL')
  await service.ended
  service = spawnService(env)
  await untilReady(service)
}

async function killDatabase(): Promise<void> {
  await anyMoment()
  const pid = service.log.findLast(({ pid }) => typeof pid === 'number')?.['pid'] as number
  process.kill(pid, 'SIGKILL')
  await expect
    .poll(() => service.log.findLast(({ pid }) => pid)?.['pid'], { timeout: 30_000 })
    .not.toBe(pid)
  await untilReady(service)
}

interface Item {
  readonly measuredAt: string
  readonly seq: number
}

/** What is wrong with one device's account, in words. */
async function faultsOf({ deviceId, acknowledged, published }: Account): Promise<string[]> {
  const stored = await everyItem<Item>(service, `/api/v1/devices/${deviceId}/readings`)
  const times = stored.map(({ measuredAt }) => Date.parse(measuredAt))
  const distinct = new Set(times)
  const faults: string[] = []
  const lost = [...acknowledged].filter((at) => !distinct.has(at))
  if (lost.length > 0) faults.push(`${deviceId}: ${lost.length} acknowledged but not stored`)
  if (distinct.size !== times.length) faults.push(`${deviceId}: stored twice`)
  if (times.some((at) => !published.has(at))) faults.push(`${deviceId}: stored, never published`)
  return faults
}

test(
  'whatever is killed, what was acknowledged is stored once and no case is opened twice',
  async () => {
    await register()
    await hook()
    const from = Math.floor(Date.now() / 10_000) * 10_000 - 25 * DAY_MS
    const publishers = await Promise.all(
      deviceIds.map((id) => Publisher.start(service.mqttPort, id, secretOf(id), from)),
    )
    for (let round = 0; round < SERVICE_KILLS; round++) await killService()
    for (let round = 0; round < DATABASE_KILLS; round++) await killDatabase()
    await anyMoment()
    await Promise.all(publishers.map((publisher) => publisher.drain()))

    const accounts = publishers.map(({ account }) => account)
    const faults: string[] = []
    for (const account of accounts) faults.push(...(await faultsOf(account)))
    expect(faults).toEqual([])

    const cases = await everyItem<{ id: string; objectId: string; phenomenon: string }>(
      service,
      '/api/v1/cases',
    )
    const objects = cases.map(({ objectId, phenomenon }) => `${objectId} ${phenomenon}`)
    expect(new Set(objects).size).toBe(objects.length)
    expect(objects.length).toBeGreaterThan(0)

    const waiting = () =>
      askApi<{ items: { pending: number }[] }>(service, '/api/v1/webhooks').then(
        ({ items }) => items[0]?.pending,
      )
    await expect.poll(waiting, { timeout: 60_000, interval: 200 }).toBe(0)
    for (const { id } of cases) faults.push(...(await noticeFaults(id)))
    expect(faults).toEqual([])
    const texts = new Set(receiver.received.map(({ id, body }) => `${id} ${body}`))
    expect(texts.size).toBe(new Set(receiver.ids).size)

    const acknowledged = accounts.reduce((sum, account) => sum + account.acknowledged.size, 0)
    console.log(
      `${SERVICE_KILLS} kills of the service, ${DATABASE_KILLS} of the database, ${CLIENTS} clients: ` +
        `${acknowledged} acknowledged, 0 lost, 0 twice, ${cases.length} cases, ` +
        `${texts.size} notices in ${receiver.received.length} deliveries`,
    )
  },
  FULL ? 1_200_000 : 240_000,
)
