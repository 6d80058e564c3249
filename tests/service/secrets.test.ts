import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { connectAsync } from 'mqtt'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Authority, hasOpenssl } from '#tests/broker/certificates.ts'
import { FakeS3 } from '#tests/files/fake-s3.ts'
import { freshDatabase } from '#tests/support/database.ts'
import { type ScratchFolder, scratchFolder } from '#tests/support/scratch-folder.ts'
import {
  freePort,
  type ServiceProcess,
  spawnService,
  untilReady,
} from '#tests/support/service-process.ts'

/** What nobody may find anywhere, by what it is. */
const secrets = new Map<string, string>()
const secret = (what: string): string => {
  const made = `${what.replaceAll(/\W/g, '')}-${randomBytes(12).toString('hex')}`
  secrets.set(what, made)
  return made
}

const ADMIN_TOKEN = secret('admin token')
let database: Awaited<ReturnType<typeof freshDatabase>>
let folder: ScratchFolder
let s3: FakeS3
let authority: Authority | undefined
let service: ServiceProcess
/** What was answered with a refusal or a list, by what was asked. */
const answers: string[] = []

beforeAll(async () => {
  database = await freshDatabase()
  folder = await scratchFolder()
  s3 = await new FakeS3().open()
  authority = hasOpenssl ? new Authority('authority') : undefined
  const { endpoint, bucket, region, accessKeyId, secretAccessKey } = s3.options
  secrets.set('S3 secret', secretAccessKey)
  secrets.set('S3 key', accessKeyId)
  // The one that makes the databases of these tests has no password of its own to be found.
  const password = secret('database password')
  const url = new URL(database.url)
  await asAdministrator(`create role secret_bearer superuser login password '${password}'`)
  url.username = 'secret_bearer'
  url.password = password
  service = spawnService({
    LOG_LEVEL: 'trace',
    DATABASE_URL: url.href,
    DATA_DIR: `${folder.path}/data`,
    ADMIN_TOKEN,
    HTTP_PORT: String(await freePort()),
    MQTT_PORT: String(await freePort()),
    MIN_FREE_DISK_MB: '0',
    OIDC_ISSUER: `http://127.0.0.1:${await freePort()}`,
    OIDC_CLIENT_ID: 'wanmi',
    OIDC_CLIENT_SECRET: secret('client of OpenID Connect'),
    OIDC_REDIRECT_URL: 'http://127.0.0.1/api/v1/session/oidc/callback',
    ATTACHMENTS_S3_ENDPOINT: endpoint,
    ATTACHMENTS_S3_BUCKET: bucket,
    ATTACHMENTS_S3_REGION: region,
    ATTACHMENTS_S3_ACCESS_KEY_ID: accessKeyId,
    ATTACHMENTS_S3_SECRET_ACCESS_KEY: secretAccessKey,
    ...(authority
      ? {
          MQTT_TLS_PORT: '0',
          MQTT_TLS_CERT_FILE: authority.self.certFile,
          MQTT_TLS_KEY_FILE: authority.self.keyFile,
        }
      : {}),
  })
  await untilReady(service)
}, 120_000)

afterAll(async () => {
  service.kill('SIGTERM')
  await service.ended
  await s3.close()
  authority?.remove()
  await folder[Symbol.asyncDispose]()
  await asAdministrator('drop owned by secret_bearer cascade').catch(() => undefined)
  await database.drop()
})

async function asAdministrator(sql: string): Promise<void> {
  const client = new Client({ connectionString: database.url })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}

interface Sent {
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** Without the token of the service. */
  readonly bare?: boolean
}

/** Asks, and keeps what is answered unless it gives something away on purpose, once. */
async function ask(method: string, path: string, { body, headers, bare }: Sent = {}, keep = true) {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const response = await fetch(`${service.api}${path}`, {
    method,
    redirect: 'manual',
    ...(body === undefined ? {} : { body: text }),
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(bare ? {} : { authorization: `Bearer ${ADMIN_TOKEN}` }),
      ...headers,
    },
  })
  const answer = await response.text()
  if (keep) answers.push(`${method} ${path.split('?')[0]} ${response.status} ${answer}`)
  return { status: response.status, answer, cookies: response.headers.getSetCookie() }
}

const made = async (path: string, body: object): Promise<Record<string, string>> =>
  JSON.parse((await ask('POST', path, { body }, false)).answer) as Record<string, string>

async function devices(): Promise<void> {
  const known = secret('device secret')
  await ask(
    'POST',
    '/api/v1/devices',
    { body: { id: 'cover-1', kind: 'manhole-cover', secret: known } },
    false,
  )
  const generated = await made('/api/v1/devices', { id: 'cover-2', kind: 'manhole-cover' })
  secrets.set('generated device secret', generated['secret'] as string)
  const enter = (username: string, password: string) =>
    connectAsync(`mqtt://127.0.0.1:${service.mqttPort}`, { username, password, reconnectPeriod: 0 })
  const client = await enter('cover-1', known)
  await client.publishAsync('wanmi/v1/cover-1/telemetry', '{"tilt_deg": 1}', { qos: 1 })
  const torn = `{"tilt_deg": ${secret('in a payload')}`
  await client.publishAsync('wanmi/v1/cover-1/telemetry', torn, { qos: 1 })
  await client.endAsync()
  await expect(enter('cover-1', secret('wrong device secret'))).rejects.toThrow()
  // Whoever sets a device up may take one field for the other.
  await expect(enter(secret('device secret as name'), 'x')).rejects.toThrow()
  const basic = Buffer.from(`cover-1:${secret('device secret by Basic')}`).toString('base64')
  secrets.set('Basic itself', basic)
  const upload = {
    body: 'x',
    headers: { authorization: `Basic ${basic}`, 'content-type': 'image/png' },
  }
  expect((await ask('POST', '/api/v1/attachments', upload)).status).toBe(401)
}

async function people(): Promise<void> {
  const account = await made('/api/v1/accounts', {
    login: 'zhang',
    name: 'Zhang',
    roles: ['administrator'],
  })
  const password = secret('password')
  const given = await ask('POST', `/api/v1/accounts/${account['id']}/password`, {
    body: { password, mustChange: false },
  })
  expect(given.status, given.answer).toBeLessThan(300)
  const wrong = { login: 'zhang', password: secret('wrong password') }
  expect((await ask('POST', '/api/v1/session', { body: wrong, bare: true })).status).toBe(401)
  const forged = { login: 'a\n{"level":60,"msg":"forged"}', password: 'whatever it may be' }
  await ask('POST', '/api/v1/session', { body: forged, bare: true })
  const noLogin = { login: secret('password as login'), password: 'whatever it may be' }
  await ask('POST', '/api/v1/session', { body: noLogin, bare: true })
  const right = { login: 'zhang', password }
  const session = await ask('POST', '/api/v1/session', { body: right, bare: true }, false)
  expect(session.status, session.answer).toBe(200)
  const cookie = session.cookies[0]?.split(';')[0] as string
  secrets.set('cookie', cookie.split('=')[1] as string)
  const { csrf } = JSON.parse(session.answer) as { csrf: string }
  const headers = { cookie, 'x-csrf-token': csrf }
  const ofToken = { body: { label: 'program', days: 1 }, headers, bare: true }
  const { answer } = await ask('POST', '/api/v1/session/tokens', ofToken, false)
  const { token } = JSON.parse(answer) as { token: string }
  secrets.set('token of an account', token)
  const asProgram = { headers: { authorization: `Bearer ${token}` } }
  expect((await ask('GET', '/api/v1/accounts', asProgram)).status).toBe(200)
  expect((await ask('GET', '/api/v1/session', { headers, bare: true }, false)).status).toBe(200)
}

async function strangers(): Promise<void> {
  const get = (path: string, headers = {}) => ask('GET', path, { headers })
  await get('/api/v1/devices', { authorization: `Bearer ${secret('guessed token')}` })
  await get('/api/v1/devices', { authorization: secret('no scheme') })
  const cookie = `wanmi_session=${secret('guessed cookie')}`
  await ask('GET', '/api/v1/devices', { headers: { cookie }, bare: true })
  await ask('GET', `/api/v1/devices?access_token=${secret('token in a query')}`, { bare: true })
  await get(`/api/v1/devices?password=${secret('password in a query')}`)
  await get(`/nowhere?api_key=${secret('key in a query')}`)
  await get(`/open311/v2/requests.json?api_key=${secret('key of Open311')}`)
  await get(`/api/v1/session/oidc/callback?code=${secret('code of OpenID Connect')}&state=x`)
  await get('/api/v1/session/oidc')
  const post = (body: unknown, type = 'application/json') =>
    ask('POST', '/api/v1/devices', { body, headers: { 'content-type': type } })
  await post(`{"id": "a", "secret": ${secret('in JSON that is none')}`)
  await post(`{"id": "a", "secret": "${secret('in JSON that breaks off')}`)
  await post({ id: 'a', kind: 'manhole-cover', secret: { is: secret('where a text belongs') } })
  await post({ id: 'a', kind: 'manhole-cover', secret: secret('too long a secret').repeat(40) })
  await post(`secret=${secret('in a form')}`, 'application/x-www-form-urlencoded')
  const csv = `id,kind,secret\n"b,manhole-cover,${secret('in a torn file')}\n`
  await ask('POST', '/api/v1/imports/devices', {
    body: csv,
    headers: { 'content-type': 'text/csv' },
  })
  const socket = connect(Number(new URL(service.api).port), '127.0.0.1')
  socket.end(
    `NONSENSE ${secret('in what is no HTTP')}\r\nauthorization: ${secret('there too')}\r\n\r\n`,
  )
  await new Promise((resolve) => socket.once('close', resolve).resume())
}

async function webhooks(): Promise<void> {
  const url = `http://127.0.0.1:1/hook?access_token=${secret('token of another system')}`
  const webhook = await made('/api/v1/webhooks', { url, title: 'x' })
  expect(webhook, JSON.stringify(webhook)).toHaveProperty('secret')
  secrets.set('webhook secret', webhook['secret'] as string)
  await ask('POST', `/api/v1/webhooks/${webhook['id']}/test`)
  await ask('GET', `/api/v1/webhooks/${webhook['id']}/deliveries`)
}

/** The rows of every table, by its name. */
async function rows(): Promise<Map<string, string>> {
  const client = new Client({ connectionString: database.url })
  await client.connect()
  const tables = await client.query<{ name: string }>(
    `select quote_ident(table_schema) || '.' || quote_ident(table_name) as name
     from information_schema.tables
     where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE'`,
  )
  const found = new Map<string, string>()
  for (const { name } of tables.rows) {
    const { rows: all } = await client.query<{ row: string }>(
      `select t::text as row from ${name} t`,
    )
    found.set(name, all.map(({ row }) => row).join('\n'))
  }
  await client.end()
  return found
}

/** Which of the secrets a text shows, as it is or as an address would write it. */
const shown = (text: string): readonly string[] =>
  [...secrets]
    .filter(([, value]) => text.includes(value) || text.includes(encodeURIComponent(value)))
    .map(([what]) => what)

/**
 * What a table keeps on purpose. A webhook is signed by its secret, which therefore has to be known, and
 * where it leads may be a secret of the other system's; the quarantine keeps messages byte by byte.
 */
const KEPT: Readonly<Record<string, readonly string[]>> = {
  'public.webhook': ['webhook secret', 'token of another system'],
  'public.quarantine': ['in a payload'],
}

test('no secret that passes through a door is found in a log, an answer, a metric or a table', async () => {
  await devices()
  await people()
  await strangers()
  await webhooks()
  if (authority) {
    writeFileSync(authority.self.keyFile, secret('key that cannot be read'))
    service.kill('SIGHUP')
    const said = () => service.log.filter(({ msg }) => msg === 'a tls file needs care')
    await expect.poll(() => JSON.stringify(said()), { timeout: 20_000 }).toContain('not in use')
  }
  await ask('GET', '/metrics')
  await ask('GET', '/api/v1/audit?limit=1000')
  await ask('GET', '/api/v1/devices')
  await ask('GET', '/api/v1/accounts')
  await ask('GET', '/health/ready')

  // Whatever was sent, each line is one of ours.
  expect(service.log.filter((line) => 'text' in line || line['msg'] === 'forged')).toEqual([])
  expect(secrets.size).toBeGreaterThan(25)
  expect(service.log.some(({ level }) => Number(level) <= 20)).toBe(true)
  for (const line of [...service.log, ...service.output]) {
    expect(shown(JSON.stringify(line)), JSON.stringify(line)).toEqual([])
  }
  for (const answer of answers) expect(shown(answer), answer.slice(0, 500)).toEqual([])
  for (const [table, text] of await rows()) {
    const needed = KEPT[table] ?? []
    expect(
      shown(text).filter((what) => !needed.includes(what)),
      table,
    ).toEqual([])
  }
}, 120_000)
