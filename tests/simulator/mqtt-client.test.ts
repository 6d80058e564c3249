import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { describe, expect, test } from 'vitest'
import { Rejected, Unavailable, type WanmiError } from '#model/error.ts'
import { milliseconds, seconds } from '#model/time.ts'
import { ConnectGate } from '#simulator/transport/connect-gate.ts'
import { parseEndpoint } from '#simulator/transport/endpoint.ts'
import {
  type ClientEvents,
  type ClientOptions,
  MqttClient,
} from '#simulator/transport/mqtt-client.ts'
import type { Message } from '#simulator/transport/outbox.ts'
import { FakeBroker } from './fake-broker.ts'
import { until } from './until.ts'

const NOW = milliseconds(0)
const message = (text: string, qos: 0 | 1 = 1): Message => ({ topic: 't', payload: text, qos })
const textOf = ({ payload }: { payload: string | Buffer }): string => payload.toString()

function clientOf(
  broker: { readonly port: number },
  events: ClientEvents<Message> = {},
  options: Partial<ClientOptions> = {},
  topics: readonly string[] = [],
): MqttClient {
  return new MqttClient(
    { id: 'device-1', secret: 'geheim' },
    {
      endpoint: { host: '127.0.0.1', port: broker.port },
      gate: new ConnectGate(10),
      window: 10,
      clean: false,
      keepalive: seconds(60),
      connectTimeout: seconds(5),
      random: () => 0,
      ...options,
    },
    events,
    topics,
  )
}

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

describe('publishing', () => {
  test('the window is never exceeded, and everything is acknowledged in the end', async () => {
    const held: (() => void)[] = []
    await using broker = await FakeBroker.open({
      acknowledges: ({ messageId = 0 }, session) => {
        held.push(() => session.send({ cmd: 'puback', messageId }))
        return false
      },
    })
    const acknowledged: string[] = []
    const client = clientOf(
      broker,
      { acknowledged: (_, message) => acknowledged.push(textOf(message)) },
      { window: 7 },
    )
    client.connect()
    for (let n = 0; n < 100; n += 1) client.publish(message(`${n}`))
    let inFlight = 0
    for (let released = 0; released < 100; released += 1) {
      await until(() => held.length > 0, 'something waits for its acknowledgement')
      inFlight = Math.max(inFlight, broker.published.length - released)
      held.shift()?.()
    }
    await until(() => acknowledged.length === 100, 'all are acknowledged')
    expect(inFlight).toBeLessThanOrEqual(7)
    expect(broker.published.map(({ packet }) => textOf(packet))).toEqual(acknowledged)
    expect(client.unacknowledged).toBe(0)
    await client.end(NOW)
  })

  test('what was not acknowledged is sent again after a cut, first, marked, under its old id', async () => {
    let answering = false
    await using broker = await FakeBroker.open({ acknowledges: () => answering })
    const acknowledged: string[] = []
    const client = clientOf(
      broker,
      { acknowledged: (_, message) => acknowledged.push(textOf(message)) },
      { window: 3 },
    )
    client.connect()
    for (const text of ['a', 'b', 'c', 'd', 'e']) client.publish(message(text))
    await until(() => broker.published.length === 3, 'the window is full')
    const before = broker.published.map(({ packet }) => packet.messageId)
    answering = true
    broker.cut()
    await until(() => acknowledged.length === 5, 'all are acknowledged')
    const again = broker.published.slice(3).map(({ packet }) => packet)
    expect(again.map(textOf)).toEqual(['a', 'b', 'c', 'd', 'e'])
    expect(again.map(({ dup }) => dup)).toEqual([true, true, true, false, false])
    expect(again.slice(0, 3).map(({ messageId }) => messageId)).toEqual(before)
    expect(acknowledged).toEqual(['a', 'b', 'c', 'd', 'e'])
    await client.end(NOW)
  })

  test('what is published while there is no connection waits for one', async () => {
    await using broker = await FakeBroker.open()
    const client = clientOf(broker)
    client.publish(message('early', 0))
    client.publish(message('early too'))
    expect(client.unacknowledged).toBe(2)
    client.connect()
    await until(() => client.unacknowledged === 0, 'both are gone')
    expect(broker.published.map(({ packet }) => packet.qos)).toEqual([0, 1])
    await client.end(NOW)
  })

  test('an acknowledgement of something else, or a second one, counts for nothing', async () => {
    await using broker = await FakeBroker.open({
      acknowledges: ({ messageId = 0 }, session) => {
        session.send({ cmd: 'puback', messageId: 999 })
        session.send({ cmd: 'puback', messageId })
        return true
      },
    })
    let acknowledged = 0
    const client = clientOf(broker, { acknowledged: () => acknowledged++ })
    client.connect()
    client.publish(message('once'))
    client.publish(message('twice'))
    await until(() => broker.published.length === 2 && client.unacknowledged === 0, 'both are gone')
    await client.end(NOW)
    expect(acknowledged).toBe(2)
  })
})

describe('living and ending', () => {
  test('commands reach it and are acknowledged', async () => {
    await using broker = await FakeBroker.open()
    const received: string[] = []
    const client = clientOf(broker, {
      received: (_, topic, payload) => received.push(`${topic} ${payload.toString()}`),
    })
    client.connect()
    await until(() => client.connected, 'it is connected')
    broker.sessions[0]?.send({
      cmd: 'publish',
      topic: 'wanmi/v1/device-1/command',
      payload: '{"id":"1"}',
      qos: 1,
      messageId: 5,
      dup: false,
      retain: false,
    })
    await until(() => broker.packets.length === 1, 'it has acknowledged')
    expect(received).toEqual(['wanmi/v1/device-1/command {"id":"1"}'])
    expect(broker.packets[0]?.packet).toMatchObject({ cmd: 'puback', messageId: 5 })
    await client.end(NOW)
  })

  test('a quiet connection is kept alive by pings; one that goes silent is left', async () => {
    let answering = true
    await using broker = await FakeBroker.open({
      get answers() {
        return answering
      },
    })
    const lost: string[] = []
    const client = clientOf(
      broker,
      { lost: (_, { message }) => lost.push(message) },
      { keepalive: milliseconds(60) },
    )
    client.connect()
    const pings = (): number =>
      broker.packets.filter(({ packet }) => packet.cmd === 'pingreq').length
    await until(() => pings() >= 4, 'it has pinged for a while')
    expect(lost).toEqual([])
    answering = false
    await until(() => lost.length === 1, 'it gives the connection up')
    expect(lost).toEqual(['the broker stopped answering'])
    await client.end(NOW)
  })

  test('ending waits for acknowledgements and takes leave of the broker', async () => {
    const held: (() => void)[] = []
    await using broker = await FakeBroker.open({
      acknowledges: ({ messageId = 0 }, session) => {
        held.push(() => session.send({ cmd: 'puback', messageId }))
        return false
      },
    })
    const closed: (WanmiError | null)[] = []
    const client = clientOf(broker, { closed: (_, reason) => closed.push(reason) })
    client.connect()
    client.publish(message('last words'))
    await until(() => held.length === 1, 'the message has come')
    const ended = client.end(seconds(10))
    expect(closed).toEqual([])
    held[0]?.()
    await ended
    expect(closed).toEqual([null])
    expect(client.unacknowledged).toBe(0)
    await until(
      () => broker.packets.some(({ packet }) => packet.cmd === 'disconnect'),
      'it said so',
    )
  })

  test('ending does not wait longer than it is told to', async () => {
    await using broker = await FakeBroker.open({ acknowledges: () => false })
    const client = clientOf(broker)
    client.connect()
    client.publish(message('nobody listens'))
    await until(() => broker.published.length === 1, 'the message has come')
    await client.end(milliseconds(20))
    expect(client.unacknowledged).toBe(1)
    expect(client.connected).toBe(false)
  })
})

describe('addresses of brokers', () => {
  test.each([
    ['mqtt://city.example', { host: 'city.example', port: 1883 }],
    ['mqtt://10.0.0.1:2883', { host: '10.0.0.1', port: 2883 }],
    ['mqtt://[::1]:1883', { host: '::1', port: 1883 }],
    ['mqtts://city.example', { host: 'city.example', port: 8883, tls: { verified: true } }],
  ])('%s', (text, endpoint) => {
    expect(parseEndpoint(text)).toEqual(endpoint)
  })

  test.each(['city.example', 'http://city.example', 'mqtt:', ''])('%j is none', (text) => {
    expect(() => parseEndpoint(text)).toThrow(/not the address of a broker/)
  })
})
