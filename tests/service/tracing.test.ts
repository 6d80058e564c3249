import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connectAsync } from 'mqtt'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type Service, startService } from '#main.ts'
import { commandTopic, telemetryTopic } from '#model/topic.ts'
import { readConfig } from '#runtime/config.ts'
import { silentLogger } from '#runtime/logger.ts'
import { openTracer } from '#runtime/trace/open-tracer.ts'
import { NO_TRACER } from '#runtime/trace/tracer.ts'
import { freshDatabase, type TestDatabase } from '#tests/support/database.ts'
import { ADMIN_TOKEN, askApi } from '#tests/support/service-process.ts'

/** A span as OTLP has it in JSON. */
interface ToldSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly kind: number
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly attributes: readonly { readonly key: string; readonly value: Record<string, unknown> }[]
  readonly status?: { readonly code?: number }
}
interface Told {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: ToldSpan['attributes'] }
    readonly scopeSpans: readonly { readonly spans: readonly ToldSpan[] }[]
  }[]
}

const told: Told[] = []
const paths: string[] = []
const notices: { readonly traceparent: string | undefined }[] = []
let collector: Server
let receiver: Server
let db: TestDatabase
let service: Service

const bodyOf = async (request: AsyncIterable<Buffer>): Promise<string> => {
  const pieces: Buffer[] = []
  for await (const piece of request) pieces.push(piece)
  return Buffer.concat(pieces).toString()
}
async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
  paths.push(`${request.method} ${request.url} ${request.headers['content-type']}`)
  told.push(JSON.parse(await bodyOf(request)) as Told)
  response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
}
const listening = async (server: Server): Promise<string> => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
const spans = (): readonly ToldSpan[] =>
  told.flatMap(({ resourceSpans }) =>
    resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)),
  )
const named = (name: string): readonly ToldSpan[] => spans().filter((span) => span.name === name)
const valueOf = (span: ToldSpan | undefined, key: string): unknown =>
  Object.values(span?.attributes.find((attribute) => attribute.key === key)?.value ?? {})[0]

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const CALLER = 'b7ad6b7169203331'

beforeAll(async () => {
  db = await freshDatabase()
  collector = createServer((request, response) => void take(request, response))
  receiver = createServer((request, response) => {
    const { traceparent } = request.headers
    notices.push({ traceparent: typeof traceparent === 'string' ? traceparent : undefined })
    request.resume()
    response.writeHead(204).end()
  })
  const config = readConfig({
    DATABASE_URL: db.url,
    HTTP_HOST: '127.0.0.1',
    HTTP_PORT: '0',
    MQTT_HOST: '127.0.0.1',
    MQTT_PORT: '0',
    WEBHOOK_PRIVATE_TARGETS: 'true',
    OTEL_EXPORTER_OTLP_ENDPOINT: await listening(collector),
    OTEL_SERVICE_NAME: 'wanmi-of-the-tests',
    TRACE_SAMPLE_PERCENT: '100',
  })
  service = await startService(config, ADMIN_TOKEN, silentLogger)
  const url = await listening(receiver)
  await live(url)
  // What is left is sent at the end.
  await service.stop()
}, 120_000)
afterAll(async () => {
  collector.close()
  receiver.close()
  await db.drop()
})

/** Some of everything that is traced. */
async function live(webhookUrl: string): Promise<void> {
  const send = <Answer>(method: string, path: string, body: object, headers = {}) =>
    askApi<Answer>({ api: service.httpUrl }, path, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
  const secret = 'secret-of-the-device-cover-1'
  const traceparent = `00-${TRACE}-${CALLER}-01`
  const cover = { id: 'cover-1', kind: 'manhole-cover', secret }
  await send('POST', '/api/v1/devices', cover, { traceparent })
  await send('POST', '/api/v1/webhooks', { title: 'another system', url: webhookUrl })
  await send('POST', '/api/v1/devices/cover-1/commands', { name: 'reboot' })
  const device = await connectAsync(service.mqttUrls[0] ?? '', {
    username: 'cover-1',
    password: secret,
  })
  const command = new Promise<void>((resolve) => {
    device.once('message', () => resolve())
  })
  await device.subscribeAsync(commandTopic('cover-1'), { qos: 1 })
  await command
  // A cover that has been off its frame for minutes: there is a rule for that, and then a case.
  const readings = Array.from({ length: 30 }, (_, n) => ({
    measuredAt: Date.now() - (30 - n) * 10_000,
    tilt_deg: 60,
    lid_open: true,
  }))
  await device.publishAsync(telemetryTopic('cover-1'), JSON.stringify(readings), { qos: 1 })
  await device.endAsync()
  await vi.waitUntil(() => notices.length > 0, { timeout: 60_000 })
  const backtest = await send<{ id: string }>('POST', '/api/v1/backtests', {
    rule: { ruleId: 'cover-displaced' },
    from: new Date(Date.now() - 3_600_000).toISOString(),
    to: new Date().toISOString(),
  })
  const stateOf = async (): Promise<string> =>
    (await askApi<{ state: string }>({ api: service.httpUrl }, `/api/v1/backtests/${backtest.id}`))
      .state
  await vi.waitUntil(async () => (await stateOf()) === 'done', { timeout: 60_000 })
}

test('spans come as OTLP in JSON, under the name of this service', () => {
  expect(new Set(paths)).toEqual(new Set(['POST /v1/traces application/json']))
  const names = told.flatMap(({ resourceSpans }) =>
    resourceSpans.flatMap(({ resource }) =>
      resource.attributes.filter(({ key }) => key === 'service.name'),
    ),
  )
  expect(new Set(names.map(({ value }) => value['stringValue']))).toEqual(
    new Set(['wanmi-of-the-tests']),
  )
})

test('a request belongs to the trace of whoever asked, and is named by its route', () => {
  const [span] = spans().filter(({ traceId }) => traceId === TRACE)
  expect(span).toMatchObject({ name: 'POST /api/v1/devices', parentSpanId: CALLER })
  expect(valueOf(span, 'http.response.status_code')).toBe(201)
})

test('a batch is received and decoded, folded and committed, in this order and one trace', () => {
  const commits = named('commit').filter((span) => Number(valueOf(span, 'wanmi.readings')) === 30)
  expect(commits).toHaveLength(1)
  const [commit] = commits
  const batch = named('batch').find(({ spanId }) => spanId === commit?.parentSpanId)
  const stages = spans()
    .filter(({ parentSpanId }) => parentSpanId === batch?.spanId)
    .toSorted((one, other) =>
      BigInt(one.startTimeUnixNano) < BigInt(other.startTimeUnixNano) ? -1 : 1,
    )
  const names = stages.map(({ name }) => name)
  expect(names.slice(0, 3)).toEqual(['receive and decode', 'fold', 'commit'])
  // What another system is told at once of what came of it belongs to it too.
  expect(new Set(names.slice(3))).toEqual(new Set(['webhook']))
  expect(new Set(stages.map(({ traceId }) => traceId))).toEqual(new Set([batch?.traceId]))
  expect(Number(valueOf(commit, 'wanmi.commit'))).toBeGreaterThan(0)
})

test('a command is queued within the request that asked for it', () => {
  const [queued] = named('command queued')
  const request = spans().find(({ spanId }) => spanId === queued?.parentSpanId)
  expect(request?.name).toBe('POST /api/v1/devices/:id/commands')
  expect(named('command sent').length).toBeGreaterThan(0)
})

test('another system is told with the traceparent of the attempt', () => {
  const [notice] = notices
  const [, traceId, spanId] = notice?.traceparent?.split('-') ?? []
  expect(named('webhook')).toContainEqual(expect.objectContaining({ traceId, spanId }))
})

test('a trial of a rule on history is a span', () => {
  expect(named('backtest')).toHaveLength(1)
})

test('no span has a payload or a secret in it', () => {
  expect(JSON.stringify(told)).not.toMatch(/secret-of-the-device|tilt_deg|token-of-the-tests/)
})

describe('without a collector', () => {
  test('nothing is traced and nothing of OpenTelemetry is read', async () => {
    expect(await openTracer(readConfig({}).trace, silentLogger)).toBe(NO_TRACER)
  })

  test('an address that is none is refused', async () => {
    const { trace } = readConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' })
    await expect(openTracer(trace, silentLogger)).rejects.toMatchObject({
      code: 'bad-configuration',
    })
  })
})

test('a collector that is away keeps the service neither from working nor from ending', async () => {
  const { trace } = readConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' })
  const tracer = await openTracer({ ...trace, samplePercent: 100 }, silentLogger)
  const begunAt = performance.now()
  tracer.begin('something').end()
  await tracer.stop()
  expect(performance.now() - begunAt).toBeLessThan(5_000)
})
