import { Writable } from 'node:stream'
import { connectAsync } from 'mqtt'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Service, startService } from '#main.ts'
import { telemetryTopic } from '#model/topic.ts'
import { readConfig } from '#runtime/config.ts'
import { freshDatabase, type TestDatabase } from '#tests/support/database.ts'
import { ADMIN_TOKEN, askApi } from '#tests/support/service-process.ts'

type Line = Readonly<Record<string, unknown>>

const lines: Line[] = []
let db: TestDatabase
let service: Service
beforeAll(async () => {
  db = await freshDatabase()
  const sink = new Writable({
    write(piece: Buffer, _encoding, done) {
      for (const line of piece.toString().split('\n').filter(Boolean)) {
        lines.push(JSON.parse(line) as Line)
      }
      done()
    },
  })
  const config = readConfig({
    DATABASE_URL: db.url,
    HTTP_HOST: '127.0.0.1',
    HTTP_PORT: '0',
    MQTT_HOST: '127.0.0.1',
    MQTT_PORT: '0',
  })
  const log = pino({ level: 'debug', base: null }, sink)
  service = await startService(config, ADMIN_TOKEN, log)
}, 120_000)
afterAll(async () => {
  await service.stop()
  await db.drop()
})

const said = (message: string, more: Line = {}): readonly Line[] =>
  lines.filter(
    (line) =>
      line['msg'] === message && Object.entries(more).every(([key, of]) => line[key] === of),
  )

test('a log follows a message from its socket to its commit by the id of the connection', async () => {
  const secret = 'secret-of-the-device-cover-1'
  const api = { api: service.httpUrl }
  await askApi(api, '/api/v1/devices', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ id: 'cover-1', kind: 'manhole-cover', secret }),
  })
  const device = await connectAsync(service.mqttUrls[0] ?? '', {
    username: 'cover-1',
    password: secret,
  })
  const payload = JSON.stringify({ measuredAt: Date.now(), tilt_deg: 1 })
  await device.publishAsync(telemetryTopic('cover-1'), payload, { qos: 1 })
  const shown = await askApi<{ id: string }>(api, '/api/v1/devices/cover-1/connection')
  await device.endAsync()
  await expect.poll(() => said('connection closed')).toHaveLength(1)

  const [letIn] = said('device let in', { deviceId: 'cover-1' })
  const connection = letIn?.['connection']
  expect(connection).toBe(shown.id)
  expect(said('connection opened', { connection })).toHaveLength(1)
  const [acknowledged] = said('acknowledged', { connection })
  expect(acknowledged).toMatchObject({ deviceId: 'cover-1', messages: 1 })
  const [committed] = said('committed', { commit: acknowledged?.['byCommit'] })
  expect(committed).toMatchObject({ readings: 1, stored: 1, duplicates: 0 })
  // In the order in which they happened.
  const way = [
    'connection opened',
    'device let in',
    'committed',
    'acknowledged',
    'connection closed',
  ]
  const at = way.map((message) =>
    lines.findLastIndex(
      (line) =>
        line['msg'] === message &&
        (message !== 'committed' || line['commit'] === committed?.['commit']),
    ),
  )
  expect(at).toEqual(at.toSorted((one, other) => one - other))
})

test('a device that is turned away has its connection told with the reason', async () => {
  const wrong = connectAsync(service.mqttUrls[0] ?? '', {
    username: 'cover-1',
    password: 'not-its-secret',
    reconnectPeriod: 0,
  })
  await expect(wrong).rejects.toThrow()
  await expect.poll(() => said('connection ended').length).toBeGreaterThan(0)
  const [ended] = said('connection ended')
  expect(said('connection opened', { connection: ended?.['connection'] })).toHaveLength(1)
  expect(JSON.stringify(lines)).not.toContain('not-its-secret')
})

test('a request is known in the log by the id it was answered with, which a proxy may choose', async () => {
  const ask = (headers: Record<string, string>): Promise<Response> =>
    fetch(`${service.httpUrl}/health/live`, { headers })
  const chosen = await ask({ 'x-request-id': 'proxy-17' })
  expect(chosen.headers.get('x-request-id')).toBe('proxy-17')
  expect(said('request answered', { request: 'proxy-17' })).toMatchObject([{ status: 200 }])
  const own = (await ask({})).headers.get('x-request-id') ?? ''
  expect(own).toMatch(/^[0-9a-f-]{36}$/)
  expect(said('request answered', { request: own })).toHaveLength(1)
  const rubbish = await ask({ 'x-request-id': '<script> {"level":60}' })
  expect(rubbish.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
})
