import { readdirSync } from 'node:fs'
import { connectAsync, type MqttClient } from 'mqtt'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { commandTopic, replyTopic, reportTopic, telemetryTopic } from '#model/topic.ts'
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

let folder: ScratchFolder
let service: ServiceProcess
const clients: MqttClient[] = []

beforeAll(async () => {
  folder = await scratchFolder()
  service = spawnService({
    DATA_DIR: `${folder.path}/data`,
    HTTP_PORT: String(await freePort()),
    MQTT_PORT: String(await freePort()),
  })
  await untilReady(service)
}, 90_000)

afterAll(async () => {
  await Promise.all(clients.map((client) => client.endAsync(true)))
  service.kill('SIGTERM')
  await service.ended
  await folder[Symbol.asyncDispose]()
}, 60_000)

const post = <Answer>(path: string, body: unknown) =>
  askApi<Answer>(service, path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

/** Registers a device and connects as it. */
async function join(id: string, kind: string, more: object = {}): Promise<MqttClient> {
  const { secret } = await post<{ secret: string }>('/api/v1/devices', { id, kind, ...more })
  const client = await connectAsync(`mqtt://127.0.0.1:${service.mqttPort}`, {
    username: id,
    password: secret,
    clientId: id,
  })
  clients.push(client)
  return client
}

interface Item {
  readonly measuredAt: string
  readonly seq: number
}
const stored = (id: string) => everyItem<Item>(service, `/api/v1/devices/${id}/readings`)
const identity = ({ measuredAt, seq }: Item): string => `${Date.parse(measuredAt)} ${seq}`

test('from the publish of a cover to its open case', async () => {
  const part = { id: '1408020102000042', name: '污水井盖42号', maintainingDepartment: '市政管理处' }
  await post('/api/v1/parts', { ...part, address: '解放路18号' })
  const cover = await join('cover-42', 'manhole-cover', { partId: part.id })
  const from = Date.now() - 60_000
  for (const [second, tilt_deg] of [
    [0, 2],
    [10, 40],
    [15, 41],
    [20, 41],
  ] as const) {
    await cover.publishAsync(
      telemetryTopic('cover-42'),
      JSON.stringify({ measuredAt: from + second * 1_000, tilt_deg }),
      { qos: 1 },
    )
  }
  // The acknowledgement came after the commit: the case is there now, no waiting.
  const [found] = await everyItem<Record<string, unknown>>(
    service,
    '/api/v1/cases?deviceId=cover-42',
  )
  expect(found).toMatchObject({
    state: 'reported',
    kind: 'part',
    class: '0102',
    condition: 'missing-or-displaced',
    partId: part.id,
    department: '市政管理处',
    address: '解放路18号',
  })
  expect(String(found?.['number'])).toMatch(/^140802\d{13}$/)

  // Why it is there, of the moment it was opened and on the case itself.
  const at = new Date(from + 20_000).toISOString()
  const why = await askApi<Record<string, unknown>>(
    service,
    `/api/v1/explain?device=cover-42&rule=cover-displaced&at=${at}`,
  )
  expect(why).toMatchObject({
    state: { phase: 'active' },
    condition: { truth: 'true' },
    obstacles: [],
    episode: { case: { number: found?.['number'] } },
  })
  const { basis } = await askApi<{ basis: object }>(
    service,
    `/api/v1/cases/${String(found?.['number'])}`,
  )
  expect(basis).toMatchObject({ ruleVersion: 1, startedAt: new Date(from + 10_000).toISOString() })
})

test('duplicates, reversed order and a day of buffered arrays leave exactly what was measured', async () => {
  const gauge = await join('gauge-1', 'pipe-gauge')
  const day = Array.from({ length: 2_880 }, (_, index) => ({
    measuredAt: Date.now() - 86_400_000 + index * 30_000,
    seq: index % 3,
    level_mm: 300 + (index % 50),
  }))
  const publish = (readings: readonly object[]) =>
    gauge.publishAsync(telemetryTopic('gauge-1'), JSON.stringify(readings), { qos: 1 })
  const chunks = Array.from({ length: 8 }, (_, index) => day.slice(index * 360, index * 360 + 360))
  await Promise.all(chunks.toReversed().map((chunk) => publish(chunk.toReversed())))
  await Promise.all([
    publish(chunks[3] ?? []),
    publish([...(chunks[0] ?? []), ...(chunks[0] ?? [])]),
  ])
  const expected = day.map(({ measuredAt, seq }) => `${measuredAt} ${seq}`)
  expect((await stored('gauge-1')).map(identity)).toEqual(expected)
})

test('a refused reading waits in the quarantine and passes once its cause is mended', async () => {
  const bin = await join('bin-1', 'bin-sensor')
  const send = (payload: string) => bin.publishAsync(telemetryTopic('bin-1'), payload, { qos: 1 })
  await send('{"fill_pct":')
  const disabled = await askApi(service, '/api/v1/devices/bin-1', {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ enabled: true, label: '桶' }),
  })
  expect(disabled).toMatchObject({ label: '桶' })
  const at = Date.now() - 1_000
  await send(
    JSON.stringify([
      { measuredAt: at, fill_pct: 40 },
      { measuredAt: at, fill_pct: 400 },
    ]),
  )
  expect(await stored('bin-1')).toHaveLength(1)
  const entries = await everyItem<{ id: string; reasons: { code: string }[] }>(
    service,
    '/api/v1/quarantine?deviceId=bin-1',
  )
  entries.reverse()
  expect(entries.map(({ reasons }) => reasons.map(({ code }) => code))).toEqual([
    ['not-json'],
    ['channel-range'],
  ])
  const replay = () => post(`/api/v1/quarantine/${entries[1]?.id}/replay`, {})
  expect(await replay()).toMatchObject({ attempts: 2, resolvedAt: null })

  // It was no bin after all: as a gauge it may have a channel that nobody knows.
  const call = { headers: { authorization: `Bearer ${ADMIN_TOKEN}` }, method: 'DELETE' }
  expect((await fetch(`${service.api}/api/v1/devices/bin-1`, call)).status).toBe(204)
  await post('/api/v1/devices', { id: 'bin-1', kind: 'pipe-gauge' })
  expect(await replay()).toMatchObject({ resolvedAt: expect.any(String) })
  expect(await replay()).toMatchObject({ resolvedAt: expect.any(String) })
  expect(await stored('bin-1')).toMatchObject([{ extra: { fill_pct: 400 } }])
})

test('a photo of a terminal is kept, and a report nobody can be named for waits', async () => {
  const id = 'terminal-9'
  const { secret } = await post<{ secret: string }>('/api/v1/devices', {
    id,
    kind: 'patrol-terminal',
  })
  const answer = await fetch(`${service.api}/api/v1/attachments`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
      'content-type': 'application/pdf',
    },
    body: '%PDF-1.7 a plan of the street',
  })
  expect(answer.status).toBe(201)
  const photo = (await answer.json()) as { id: string }
  expect(readdirSync(`${folder.path}/data/attachments`, { recursive: true })).toContain(
    `${photo.id.slice(-2)}/${photo.id.slice(-4, -2)}/${photo.id}`,
  )
  const terminal = await connectAsync(`mqtt://127.0.0.1:${service.mqttPort}`, {
    username: id,
    password: secret,
  })
  clients.push(terminal)
  const report = { id: photo.id, kind: 'event', text: '路面积水', address: '解放路' }
  await terminal.publishAsync(reportTopic(id), JSON.stringify(report), { qos: 1 })
  const [entry] = await everyItem<{ id: string; reasons: { code: string }[] }>(
    service,
    `/api/v1/quarantine?deviceId=${id}`,
  )
  expect(entry?.reasons.map(({ code }) => code)).toEqual(['report-refused'])
  const again = await post(`/api/v1/quarantine/${entry?.id}/replay`, {})
  expect(again).toMatchObject({ attempts: 2, resolvedAt: null })
})

test('a command goes down, and its reply comes back into its state', async () => {
  const truck = await join('truck-1', 'refuse-truck')
  const received = new Promise<{ id: string; name: string }>((resolve) => {
    truck.once('message', (_topic, payload) => resolve(JSON.parse(payload.toString())))
  })
  await truck.subscribeAsync(commandTopic('truck-1'), { qos: 1 })
  const { id } = await post<{ id: string }>('/api/v1/devices/truck-1/commands', { name: 'locate' })
  expect(await received).toMatchObject({ id, name: 'locate' })
  const reply = { id, state: 'done', result: { ok: true } }
  await truck.publishAsync(replyTopic('truck-1'), JSON.stringify(reply), { qos: 1 })
  await expect
    .poll(() => askApi(service, `/api/v1/commands/${id}`), { timeout: 5_000 })
    .toMatchObject({ state: 'done', result: { ok: true } })
})

test('viewers hear of readings and cases once they are committed', async () => {
  const abort = new AbortController()
  const response = await fetch(`${service.api}/api/v1/live?device=walker-1&cases=true`, {
    headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
    signal: abort.signal,
  })
  const walker = await join('walker-1', 'patrol-terminal')
  const fix = { measuredAt: Date.now() - 500, lon_deg: 111.007, lat_deg: 35.026, sos: true }
  await walker.publishAsync(telemetryTopic('walker-1'), JSON.stringify(fix), { qos: 1 })
  let text = ''
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString()
    if (text.includes('event: reading') && text.includes('event: case')) break
  }
  abort.abort()
  expect(text).toContain('walker-1')
  expect(text).toContain('patrol-sos')
})

test('a device that connects twice keeps the younger connection, and the takeover is shown', async () => {
  const { secret } = await post<{ secret: string }>('/api/v1/devices', {
    id: 'twin',
    kind: 'bin-sensor',
  })
  const options = { username: 'twin', password: secret, reconnectPeriod: 0 }
  const older = await connectAsync(`mqtt://127.0.0.1:${service.mqttPort}`, options)
  const ended = new Promise((resolve) => {
    older.once('close', () => resolve(true))
  })
  clients.push(older, await connectAsync(`mqtt://127.0.0.1:${service.mqttPort}`, options))
  expect(await ended).toBe(true)
  expect(await askApi(service, '/api/v1/takeovers')).toMatchObject({
    items: [{ deviceId: 'twin', fromAddress: '127.0.0.1' }],
  })
  expect(await askApi(service, '/api/v1/devices/twin/connection')).toMatchObject({
    connected: true,
    listener: 'tcp',
  })
})

test('who guesses at the secret of a device is shown to those who look after the service', async () => {
  await post('/api/v1/devices', { id: 'guessed-at', kind: 'bin-sensor' })
  for (let n = 0; n < 7; n++) {
    const options = { username: 'guessed-at', password: `guess ${n}`, reconnectPeriod: 0 }
    await expect(connectAsync(`mqtt://127.0.0.1:${service.mqttPort}`, options)).rejects.toThrow()
  }
  const { items } = await askApi<{ items: unknown[] }>(service, '/api/v1/nuisances')
  expect(items).toMatchObject([
    { guard: 'guesses', deviceId: 'guessed-at', addresses: ['127.0.0.1'], count: 2 },
  ])
})

test('readings of every quality of service are stored once and counted', async () => {
  const cover = await join('cover-qos', 'manhole-cover')
  const from = Date.now() - 10_000
  for (const qos of [0, 1, 2] as const) {
    const payload = JSON.stringify({ measuredAt: from + qos, battery_pct: 90 })
    await cover.publishAsync(telemetryTopic('cover-qos'), payload, { qos })
  }
  await expect.poll(async () => (await stored('cover-qos')).length, { timeout: 5_000 }).toBe(3)
  const response = await fetch(`${service.api}/metrics`, {
    headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
  })
  const metrics = await response.text()
  for (const name of [
    'wanmi_readings_stored_total',
    'wanmi_messages_acknowledged_total',
    'wanmi_messages_quarantined_total',
    'wanmi_readings_duplicate_total',
  ]) {
    expect(metrics).toMatch(new RegExp(`^${name}(\\{[^}]*\\})? [1-9]`, 'm'))
  }
})
