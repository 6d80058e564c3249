import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createApi } from '#api/create-api.ts'
import { PROBLEM_STATUS } from '#api/problem.ts'
import type { Readiness } from '#api/routes/health-routes.ts'
import { errorsPage } from '#cli/errors-page.ts'
import { ERROR_CODES, Unavailable } from '#model/error.ts'
import { silentLogger } from '#runtime/logger.ts'
import { createMetrics } from '#runtime/metrics.ts'
import { openTestApi, type TestApi, TOKEN } from './api-fixture.ts'

let api: TestApi
let ready: Readiness = { ready: true, rules: 'warming' }
beforeAll(async () => {
  api = await openTestApi({ readiness: () => ready })
})
afterAll(() => api.close())

const bare = (url: string, authorization?: string) =>
  api.app.inject({ url, headers: authorization === undefined ? {} : { authorization } })

test('everything but health needs the token', async () => {
  for (const url of ['/api/v1/devices', '/metrics', '/api/openapi.json', '/api/docs', '/nowhere']) {
    for (const authorization of [undefined, 'Bearer', 'Bearer wrong', `Bearer ${TOKEN}x`, TOKEN]) {
      const response = await bare(url, authorization)
      expect(response.statusCode, `${url} ${authorization}`).toBe(401)
      expect(response.headers['www-authenticate']).toBeDefined()
      expect(response.json()).toMatchObject({ code: 'unauthorized', status: 401 })
    }
  }
  for (const url of ['/health/live', '/health/ready']) {
    expect((await bare(url)).statusCode).toBe(200)
  }
})

test('a browser may give the token as a password, but only to read the documentation', async () => {
  const basic = `Basic ${Buffer.from(`anyone:${TOKEN}`).toString('base64')}`
  const page = await bare('/api/docs', basic)
  expect(page.statusCode).toBe(200)
  expect((await bare('/api/openapi.json', basic)).statusCode).toBe(200)
  expect((await bare('/api/v1/devices', basic)).statusCode).toBe(401)
})

test('the documentation takes nothing from elsewhere', async () => {
  const page = await bare('/api/docs', `Bearer ${TOKEN}`)
  expect(page.body).toContain('swagger-ui')
  const addresses = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(
    (match) => match[1] ?? '',
  )
  expect(addresses.length).toBeGreaterThan(2)
  for (const address of addresses) {
    expect(address).not.toMatch(/^(https?:)?\/\//)
    const asset = await bare(new URL(address, 'http://x/api/docs').pathname, `Bearer ${TOKEN}`)
    expect(asset.statusCode, address).toBe(200)
  }
})

test('while messages are not taken, readiness says why and when to ask again', async () => {
  ready = { ready: false, why: { en: 'waiting for the database', zh: '等待数据库' } }
  const response = await bare('/health/ready')
  ready = { ready: true, rules: 'warm' }
  expect(response.statusCode).toBe(503)
  expect(response.headers['retry-after']).toBe('5')
  expect(response.json()).toMatchObject({ code: 'not-ready', detail: 'waiting for the database' })
  expect((await bare('/health/live')).statusCode).toBe(200)
})

const post = (payload: string, type = 'application/json') =>
  api.call('POST', '/api/v1/devices', payload, { 'content-type': type })

test('what never reaches a handler is a problem document all the same', async () => {
  expect(await api.call('GET', '/api/v1/nowhere?x=1')).toMatchObject({
    status: 404,
    body: { code: 'not-found', detail: 'there is no GET /api/v1/nowhere' },
  })
  expect(await post('{"id": ')).toMatchObject({ status: 400, body: { code: 'invalid-input' } })
  expect(await post('')).toMatchObject({ status: 400, body: { code: 'invalid-input' } })
  expect(await post('<device/>', 'application/xml')).toMatchObject({
    status: 415,
    body: { code: 'unsupported-media' },
  })
  expect(await post(JSON.stringify({ id: 'x'.repeat(70_000) }))).toMatchObject({
    status: 413,
    body: { code: 'too-large' },
  })
  expect(await post('{"id":"a","kind":"bin-sensor","__proto__":{"x":1}}')).toMatchObject({
    status: 400,
  })
  expect(await api.call('GET', '/api/v1/devices/%E0%A4%A')).toMatchObject({
    status: 400,
    body: { code: 'invalid-input' },
  })
  expect(await api.call('GET', '/api/v1/quarantine/not-a-uuid')).toMatchObject({ status: 400 })
})

test('a database that is away is a problem that says: later', async () => {
  const away = await openTestApi({
    findDevice: () => {
      throw new Unavailable('database-unavailable', 'the database is not available: 10.0.0.7', {
        cause: new Error('connect ECONNREFUSED 10.0.0.7'),
      })
    },
  })
  const response = await away.call('GET', '/api/v1/devices/a/latest')
  expect(response).toMatchObject({ status: 503, body: { code: 'database-unavailable' } })
  expect(response.headers['retry-after']).toBe('5')
  expect(response.text).not.toContain('10.0.0.7')
  await away.close()
})

test('a defect is logged and shows nothing of itself', async () => {
  const lines: unknown[] = []
  const log = Object.create(silentLogger, {
    error: { value: (entry: unknown) => lines.push(entry) },
  }) as typeof silentLogger
  const broken = await openTestApi({
    log,
    findDevice: () => {
      throw new TypeError('cannot read the password of undefined')
    },
  })
  const response = await broken.call('GET', '/api/v1/devices/a/latest')
  expect(response).toMatchObject({ status: 500, body: { code: 'internal' } })
  expect(response.text).not.toContain('password')
  expect(lines).toHaveLength(1)
  await broken.close()
})

test('error codes are the same in the types, in the statuses, under their address and in the page', async () => {
  const codes = Object.keys(ERROR_CODES)
  expect(Object.keys(PROBLEM_STATUS).sort()).toEqual(codes.toSorted())
  const listed = await api.call('GET', '/api/problems')
  expect(listed.body.items.map((item: { code: string }) => item.code)).toEqual(codes)
  for (const code of codes) {
    const { body } = await api.call('GET', `/api/problems/${code}`)
    expect(body).toMatchObject({ code, meaning: ERROR_CODES[code as 'internal'] })
  }
  expect((await api.call('GET', '/api/problems/none')).status).toBe(404)
  const documented = [...errorsPage().matchAll(/^\| `([a-z-]+)` \|/gm)].map((match) => match[1])
  for (const code of codes) expect(documented).toContain(code)
})

test('metrics are text for Prometheus and count requests by route', async () => {
  await api.call('GET', '/api/v1/devices/none-of-it')
  const { type, text: metrics } = await api.call('GET', '/metrics')
  expect(type).toContain('text/plain')
  expect(metrics).toContain('wanmi_readings_stored_total')
  expect(metrics).toMatch(
    /wanmi_http_request_seconds_count\{method="GET",route="\/api\/v1\/devices\/:id",status="404"/,
  )
})

test('a service listens, answers what is no HTTP, names a port in use, and closes', async () => {
  const service = createApi({ ...api.options, metrics: createMetrics() })
  const address = await service.listen()
  expect((await fetch(`${address}/health/live`)).status).toBe(200)

  const socket = connect(Number(new URL(address).port), '127.0.0.1')
  await once(socket, 'connect')
  socket.write('NOT HTTP AT ALL\r\n\r\n')
  expect(await text(socket)).toContain('"code":"invalid-input"')

  const config = { ...api.options.config, port: Number(new URL(address).port) }
  const second = createApi({ ...api.options, config, metrics: createMetrics() })
  await expect(second.listen()).rejects.toMatchObject({
    code: 'port-in-use',
    message: `port ${config.port} of HTTP_PORT is in use: stop what listens there, or set another`,
  })
  await second.close()
  await service.close()
  await expect(fetch(`${address}/health/live`)).rejects.toThrow()
})
