import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { afterAll, describe, expect, test } from 'vitest'
import { Rejected, Unavailable, type WanmiError } from '#model/error.ts'
import { milliseconds, seconds } from '#model/time.ts'
import { ConnectGate } from '#simulator/transport/connect-gate.ts'
import { formatEndpoint, parseEndpoint, type TlsTrust } from '#simulator/transport/endpoint.ts'
import { Authority, hasOpenssl } from '#tests/broker/certificates.ts'
import { FakeBroker } from './fake-broker.ts'
import { clientOf, message, NOW } from './test-client.ts'
import { until } from './until.ts'

describe('connecting', () => {
  test('goes by device id and secret, and subscribes to its topics', async () => {
    await using broker = await FakeBroker.open()
    const client = clientOf(broker, {}, {}, ['wanmi/v1/device-1/command'])
    client.connect()
    await until(() => broker.packets.length === 1, 'the client has subscribed')
    const [session] = broker.sessions
    expect(session?.connect).toMatchObject({
      clientId: 'device-1',
      username: 'device-1',
      keepalive: 60,
      clean: false,
      protocolVersion: 4,
    })
    expect(session?.connect.password?.toString()).toBe('geheim')
    expect(broker.packets[0]?.packet).toMatchObject({
      cmd: 'subscribe',
      subscriptions: [{ topic: 'wanmi/v1/device-1/command', qos: 1 }],
    })
    await client.end(NOW)
  })

  test('a refused secret closes the client for good, with a sentence', async () => {
    await using broker = await FakeBroker.open({ returnCode: () => 4 })
    const reasons: (WanmiError | null)[] = []
    const client = clientOf(broker, { closed: (_, reason) => reasons.push(reason) })
    client.publish(message('never'))
    client.connect()
    await until(() => reasons.length === 1, 'the client is closed')
    expect(reasons[0]).toBeInstanceOf(Rejected)
    expect(reasons[0]?.message).toBe('the broker refuses the device: it does not take the secret')
    expect(client.unacknowledged).toBe(1)
    await client.end(seconds(60))
    expect(broker.knocks).toBe(1)
  })

  test('a broker that is not available for now is tried again', async () => {
    let refusals = 0
    await using broker = await FakeBroker.open({ returnCode: () => (refusals++ === 0 ? 3 : 0) })
    const lost: WanmiError[] = []
    const client = clientOf(broker, { lost: (_, reason) => lost.push(reason) })
    client.connect()
    await until(() => client.connected, 'the second attempt gets through')
    expect(lost).toHaveLength(1)
    expect(lost[0]).toBeInstanceOf(Unavailable)
    await client.end(NOW)
  })

  test('a broker that says nothing is given up in time', async () => {
    await using broker = await FakeBroker.open({ answers: false })
    const lost: string[] = []
    const client = clientOf(
      broker,
      { lost: (_, { message }) => lost.push(message) },
      { connectTimeout: milliseconds(30) },
    )
    client.connect()
    await until(() => lost.length === 1, 'the attempt is given up')
    expect(lost).toEqual(['the broker did not answer in time'])
    await client.end(NOW)
  })

  test('where nobody listens the reason names the address', async () => {
    const broker = await FakeBroker.open()
    const { port } = broker
    await broker[Symbol.asyncDispose]()
    const lost: string[] = []
    const client = clientOf({ port }, { lost: (_, { message }) => lost.push(message) })
    client.connect()
    await until(() => lost.length === 1, 'the attempt fails')
    expect(lost[0]).toContain(`no broker at mqtt://127.0.0.1:${port}: connect ECONNREFUSED`)
    await client.end(NOW)
  })

  test('what answers but does not speak MQTT is said to', async () => {
    const server = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const lost: string[] = []
    const client = clientOf(server.address() as AddressInfo, {
      lost: (_, { message }) => lost.push(message),
    })
    client.connect()
    await until(() => lost.length === 1, 'the attempt fails')
    expect(lost[0]).toMatch(/not an MQTT broker|hung up/)
    await client.end(NOW)
    server.close()
  })

  test('only so many knock at the same time', async () => {
    const gate = new ConnectGate(3)
    let most = 0
    let opening = 0
    await using broker = await FakeBroker.open({
      returnCode: () => {
        opening = broker.knocks - connected
        most = Math.max(most, opening)
        return 0
      },
    })
    let connected = 0
    const clients = Array.from({ length: 40 }, () =>
      clientOf(broker, { connected: () => connected++ }, { gate }),
    )
    for (const client of clients) client.connect()
    await until(() => connected === 40, 'all are connected')
    expect(most).toBeLessThanOrEqual(3)
    await Promise.all(clients.map((client) => client.end(NOW)))
  })
})
describe.skipIf(!hasOpenssl)('over TLS', () => {
  const authority = hasOpenssl ? new Authority('city authority') : undefined
  const { cert, key } = authority?.sign('127.0.0.1') ?? { cert: Buffer.of(), key: Buffer.of() }
  const ca = authority?.self.cert.toString() ?? ''
  afterAll(() => authority?.remove())

  const overTls = async (tls: TlsTrust, webSocketPath?: string): Promise<string> => {
    const webSocket = webSocketPath !== undefined
    await using broker = await FakeBroker.open({ tls: { cert, key }, webSocket })
    const outcomes: string[] = []
    const client = clientOf(
      broker,
      {
        acknowledged: () => outcomes.push('acknowledged'),
        lost: (_, { message }) => outcomes.push(message),
      },
      {
        endpoint: {
          host: '127.0.0.1',
          port: broker.port,
          tls,
          ...(webSocketPath === undefined ? {} : { webSocketPath }),
        },
      },
    )
    client.publish(message('secret'))
    client.connect()
    await until(() => outcomes.length === 1, 'it comes to something')
    await client.end(NOW)
    return outcomes[0] ?? ''
  }

  test('publishes to a broker whose certificate is signed by the authority it is told to trust', async () => {
    expect(await overTls({ ca, verified: true })).toBe('acknowledged')
  })

  test('does not talk to one whose certificate nobody it trusts has signed', async () => {
    expect(await overTls({ verified: true })).toMatch(/no broker at mqtts:.*certificate/)
  })

  test('talks to any when told not to look', async () => {
    expect(await overTls({ verified: false })).toBe('acknowledged')
  })

  test('holds it the same way with WebSocket over it', async () => {
    expect(await overTls({ ca, verified: true }, '/mqtt')).toBe('acknowledged')
    expect(await overTls({ verified: false }, '/')).toBe('acknowledged')
    expect(await overTls({ verified: true }, '/mqtt')).toMatch(
      /no broker at wss:.*\/mqtt: .*certificate/,
    )
  })
})

describe('over WebSocket', () => {
  test('publishes, is cut, and sends again what was not acknowledged', async () => {
    await using broker = await FakeBroker.open({
      webSocket: true,
      acknowledges: ({ dup }) => dup,
    })
    let acknowledged = 0
    const endpoint = { host: '127.0.0.1', port: broker.port, webSocketPath: '/mqtt' }
    const client = clientOf(broker, { acknowledged: () => (acknowledged += 1) }, { endpoint })
    client.connect()
    for (let n = 0; n < 5; n += 1) client.publish(message('x'.repeat(10_000)))
    await until(() => broker.published.length === 5, 'all were sent')
    client.drop()
    await until(() => acknowledged === 5, 'all are acknowledged')
    await client.end(seconds(1))
    expect(broker.packets.at(-1)?.packet.cmd).toBe('disconnect')
  })

  test('where something else answers the reason says so', async () => {
    await using broker = await FakeBroker.open()
    const lost: string[] = []
    const endpoint = { host: '127.0.0.1', port: broker.port, webSocketPath: '/' }
    const client = clientOf(broker, { lost: (_, { message }) => lost.push(message) }, { endpoint })
    client.connect()
    await until(() => lost.length === 1, 'the attempt fails')
    expect(lost[0]).toMatch(/no broker at ws:\/\/127\.0\.0\.1:\d+\/: /)
    await client.end(NOW)
  })
})

describe('addresses of brokers', () => {
  test.each([
    ['mqtt://city.example', { host: 'city.example', port: 1883 }],
    ['mqtt://10.0.0.1:2883', { host: '10.0.0.1', port: 2883 }],
    ['mqtt://[::1]:1883', { host: '::1', port: 1883 }],
    ['ws://city.example/mqtt', { host: 'city.example', port: 80, webSocketPath: '/mqtt' }],
    ['ws://10.0.0.1:8083', { host: '10.0.0.1', port: 8083, webSocketPath: '/' }],
    [
      'wss://city.example/a?b=c',
      { host: 'city.example', port: 443, tls: { verified: true }, webSocketPath: '/a?b=c' },
    ],
    ['mqtts://city.example', { host: 'city.example', port: 8883, tls: { verified: true } }],
  ])('%s', (text, endpoint) => {
    expect(parseEndpoint(text)).toEqual(endpoint)
  })

  test.each(['mqtt://a:1', 'mqtts://[::1]:2', 'ws://a:3/p', 'wss://a:4/'])(
    '%s is written as it was read',
    (text) => {
      expect(formatEndpoint(parseEndpoint(text))).toBe(text)
    },
  )

  test.each(['city.example', 'http://city.example', 'mqtt:', ''])('%j is none', (text) => {
    expect(() => parseEndpoint(text)).toThrow(/not the address of a broker/)
  })
})
