import { readdirSync } from 'node:fs'
import { connectAsync, type MqttClient } from 'mqtt'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Service, startService } from '#main.ts'
import type { Role } from '#model/role.ts'
import { reportTopic } from '#model/topic.ts'
import { readConfig } from '#runtime/config.ts'
import { silentLogger } from '#runtime/logger.ts'
import { SAMPLES } from '#tests/files/media-samples.ts'
import { freshDatabase, type TestDatabase } from '#tests/support/database.ts'
import { type ScratchFolder, scratchFolder } from '#tests/support/scratch-folder.ts'
import { ADMIN_TOKEN, askApi, everyItem } from '#tests/support/service-process.ts'

const TERMINAL = { id: 'terminal-9', kind: 'patrol-terminal' }
const REPORT = {
  id: '3f2b8a54-9f0e-4a57-8a59-0c2f6f6f1d01',
  kind: 'event',
  text: '路面积水',
  lon_deg: 111.0057,
  lat_deg: 35.0264,
}

let database: TestDatabase
let folder: ScratchFolder
let service: Service
let client: MqttClient
let secret: string
beforeAll(async () => {
  database = await freshDatabase({ migrated: false })
  folder = await scratchFolder()
  const config = readConfig({
    DATABASE_URL: database.url,
    DATA_DIR: folder.path,
    HTTP_HOST: '127.0.0.1',
    HTTP_PORT: '0',
    MQTT_HOST: '127.0.0.1',
    MQTT_PORT: '0',
  })
  service = await startService(config, ADMIN_TOKEN, silentLogger)
  secret = (await post<{ secret: string }>('/api/v1/devices', TERMINAL)).secret
  client = await connectAsync(service.mqttUrls[0] ?? '', {
    username: TERMINAL.id,
    password: secret,
  })
})
afterAll(async () => {
  await client.endAsync(true)
  await service.stop()
  await database.drop()
  await folder[Symbol.asyncDispose]()
})

const api = () => ({ api: service.httpUrl })
const post = <Answer>(path: string, body: unknown) =>
  askApi<Answer>(api(), path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

/** Adds an account and gives its token. */
async function account(login: string, roles: readonly Role[], more: object = {}) {
  const { id } = await post<{ id: string }>('/api/v1/accounts', {
    login,
    name: login,
    roles,
    ...more,
  })
  const path = `/api/v1/accounts/${id}/tokens`
  const { token } = await post<{ token: string }>(path, { label: 'test', days: null })
  return { id, headers: { authorization: `Bearer ${token}` } }
}

const basic = (user: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
})

async function upload(headers: Record<string, string>): Promise<string> {
  const response = await fetch(`${service.httpUrl}/api/v1/attachments`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'image/jpeg' },
    body: new Uint8Array(SAMPLES['image/jpeg']),
  })
  expect(response.status).toBe(201)
  return ((await response.json()) as { id: string }).id
}

const statusOf = async (id: string, headers: Record<string, string>): Promise<number> =>
  (await fetch(`${service.httpUrl}/api/v1/attachments/${id}/content`, { headers })).status

interface CaseItem {
  readonly id: string
  readonly areaCode: string
}

test('from the photo of a terminal to the case it proves, which some may see and others not', async () => {
  const photo = await upload(basic(TERMINAL.id, secret))
  expect(readdirSync(`${folder.path}/attachments`, { recursive: true })).toContain(
    `${photo.slice(-2)}/${photo.slice(-4, -2)}/${photo}`,
  )
  const payload = JSON.stringify({ ...REPORT, photos: [photo] })
  await client.publishAsync(reportTopic(TERMINAL.id), payload, { qos: 1 })

  // Nobody carries the terminal yet: the report is kept until somebody does.
  const [entry] = await everyItem<{ id: string; reasons: { code: string }[] }>(
    api(),
    '/api/v1/quarantine',
  )
  expect(entry?.reasons.map(({ code }) => code)).toEqual(['report-refused'])
  const replay = () => post(`/api/v1/quarantine/${entry?.id}/replay`, {})
  expect(await replay()).toMatchObject({ attempts: 2, resolvedAt: null })
  expect(await everyItem(api(), '/api/v1/cases')).toEqual([])

  await account('wang', ['inspector'], { deviceId: TERMINAL.id })
  expect(await replay()).toMatchObject({ resolvedAt: expect.any(String) as string })
  // Its own repeat, now or after the replay, is the same report.
  await client.publishAsync(reportTopic(TERMINAL.id), payload, { qos: 1 })
  const cases = await everyItem<CaseItem>(api(), '/api/v1/cases')
  expect(cases).toMatchObject([{ source: 'inspector', title: '路面积水', state: 'reported' }])
  const [found] = cases
  const detail = await askApi<{ reports: unknown[] }>(api(), `/api/v1/cases/${found?.id}`)
  expect(detail.reports).toMatchObject([{ attachments: [photo], reporterName: 'wang' }])
  expect(await askApi(api(), `/api/v1/attachments/${photo}`)).toMatchObject({
    caseId: found?.id,
    stage: 'collected',
    uploadedBy: { deviceId: TERMINAL.id },
  })

  const elsewhere = found?.areaCode.startsWith('110101') ? '110102' : '110101'
  await askApi(api(), '/api/v1/departments/water', {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: '供水公司' }),
  })
  for (const [login, roles, more, status] of [
    ['acceptor', ['acceptor'], {}, 200],
    ['here', ['duty-officer'], { areas: [found?.areaCode.slice(0, 6)] }, 200],
    ['there', ['duty-officer'], { areas: [elsewhere] }, 404],
    ['handler', ['department-handler'], { departmentId: 'water' }, 404],
    ['operator', ['pipe-operator'], { networks: ['north'] }, 404],
  ] as const) {
    const { headers } = await account(login, roles, more)
    expect(await statusOf(photo, headers), login).toBe(status)
  }
  expect(await statusOf(photo, {})).toBe(401)
  expect(await statusOf(photo, basic(TERMINAL.id, secret))).toBe(401)
})

test('an upload is nobody else’s until a case has taken it up, and cannot be taken by another', async () => {
  const [lin, zhao] = [
    await account('lin', ['acceptor']),
    await account('zhao', ['acceptor', 'duty-officer']),
  ]
  const photo = await upload(lin.headers)
  expect(await statusOf(photo, lin.headers)).toBe(200)
  expect(await statusOf(photo, zhao.headers)).toBe(404)
  const report = async (headers: Record<string, string>) =>
    fetch(`${service.httpUrl}/api/v1/reports`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify({
        source: 'hotline',
        kind: 'event',
        description: '路灯不亮',
        attachments: [photo],
      }),
    })
  const refused = await report(zhao.headers)
  expect(refused.status).toBe(400)
  expect(await refused.json()).toMatchObject({ detail: `you have uploaded no attachment ${photo}` })
  expect((await report(lin.headers)).status).toBe(201)
  expect(await statusOf(photo, zhao.headers)).toBe(200)
})
