import { describe, expect, test, vi } from 'vitest'
import { telemetryTopic } from '#model/topic.ts'
import {
  connectMqtt,
  connectPacket,
  enter,
  metric,
  openHouse,
  RawClient,
  reading,
  seqsOf,
  telemetryPacket,
} from './harness.ts'

const PINGREQ = Buffer.from([0xc0, 0])
const count = (client: RawClient, cmd: string): number =>
  client.packets.filter((packet) => packet.cmd === cmd).length
const numbers = (length: number): number[] => Array.from({ length }, (_, n) => n)

describe('a client with a full window', () => {
  test('is not read further, and then goes on in its order', async () => {
    const house = await openHouse({ ingest: { clientWindowMessages: 10 } })
    const client = await enter(house, 'cover-1')
    house.sink.hold()
    client.send(...numbers(100).map((n) => telemetryPacket('cover-1', reading(n), n + 1)))
    await vi.waitFor(() => {
      expect(house.broker.connections()).toMatchObject([{ inFlight: 10, isStopped: true }])
    })
    expect(house.ingest.pending.messages).toBe(10)
    expect(await metric(house, 'wanmi_mqtt_paused_clients')).toBe(1)
    house.sink.letGo()
    await client.acknowledgement(100)
    expect(client.acknowledged).toEqual(numbers(100).map((n) => n + 1))
    expect(seqsOf(house.sink)).toEqual(numbers(100))
    expect(await metric(house, 'wanmi_mqtt_paused_clients')).toBe(0)
  })

  test('stops nobody else', async () => {
    const house = await openHouse({ ingest: { clientWindowMessages: 5 } })
    const greedy = await enter(house, 'cover-1')
    house.sink.hold()
    greedy.send(...numbers(50).map((n) => telemetryPacket('cover-1', reading(n), n + 1)))
    await vi.waitFor(() => expect(house.ingest.pending.messages).toBe(5))
    const modest = await enter(house, 'cover-2')
    modest.send(telemetryPacket('cover-2', reading(1)), PINGREQ)
    await modest.answer('pingresp')
    expect(house.ingest.pending.messages).toBe(6)
  })

  test('that leaves meanwhile leaves nothing behind', async () => {
    const house = await openHouse({ ingest: { clientWindowMessages: 5 } })
    const client = await enter(house, 'cover-1')
    house.sink.hold()
    client.send(...numbers(50).map((n) => telemetryPacket('cover-1', reading(n), n + 1)))
    await vi.waitFor(() => expect(house.ingest.pending.messages).toBe(5))
    house.broker.disconnect('cover-1')
    await client.closed
    await vi.waitFor(async () => expect(await metric(house, 'wanmi_mqtt_paused_clients')).toBe(0))
    house.sink.letGo()
    await house.ingest.drain()
    expect(seqsOf(house.sink)).toEqual(numbers(5))
    expect(house.fatal).toEqual([])
  })
})

test('when much waits in all, whoever brings it is not read until there is room', async () => {
  const house = await openHouse({ ingest: { pendingMaxBytes: 100_000 } })
  const devices = ['cover-1', 'cover-2', 'gauge-1']
  const clients = await Promise.all(devices.map((id) => enter(house, id)))
  house.sink.hold()
  const payload = (seq: number): string => JSON.stringify({ seq, fw: 'x'.repeat(1_000) })
  for (const [index, client] of clients.entries()) {
    const id = devices[index] as string
    client.send(...numbers(200).map((n) => telemetryPacket(id, payload(n), n + 1)))
  }
  await vi.waitFor(async () => expect(await metric(house, 'wanmi_mqtt_paused_clients')).toBe(3))
  const { bytes } = house.ingest.pending
  // An eighth of the most that may wait, and what those may say who say little.
  expect(bytes).toBeGreaterThan(12_500)
  expect(bytes).toBeLessThan(22_500)
  house.sink.letGo()
  await Promise.all(clients.map((client) => client.acknowledgement(200)))
  for (const client of clients) expect(client.acknowledged).toEqual(numbers(200).map((n) => n + 1))
  expect(house.sink.readings).toHaveLength(600)
})

test('who has little to say is heard while others empty their memories, until all is full', async () => {
  const house = await openHouse({ ingest: { pendingMaxBytes: 20_000 } })
  const [greedy, modest] = [await enter(house, 'cover-1'), await enter(house, 'cover-2')]
  modest.send(telemetryPacket('cover-2', reading(1), 1))
  await modest.acknowledgement(1)
  house.sink.hold()
  greedy.send(...numbers(200).map((n) => telemetryPacket('cover-1', reading(n), n + 1)))
  await vi.waitFor(() => expect(house.ingest.isCrowded).toBe(true))
  const { messages } = house.ingest.pending
  modest.send(telemetryPacket('cover-2', reading(2), 2), telemetryPacket('cover-2', reading(3), 3))
  await vi.waitFor(() => expect(house.ingest.pending.messages).toBe(messages + 2))
  house.sink.letGo()
  await modest.acknowledgement(2)
  await greedy.acknowledgement(200)
  expect(house.ingest.isFull).toBe(false)
})

test('who comes while much waits, and speaks at once, is heard as soon as there is room', async () => {
  const house = await openHouse({ ingest: { pendingMaxBytes: 10_000 } })
  const greedy = await enter(house, 'cover-1')
  house.sink.hold()
  greedy.send(...numbers(200).map((n) => telemetryPacket('cover-1', reading(n), n + 1)))
  await vi.waitFor(() => expect(house.ingest.isCrowded).toBe(true))
  const late = new RawClient(house.broker.ports.tcp)
  // Without waiting for CONNACK, as devices may (MQTT-3.1.4-5).
  late.send(connectPacket('cover-2'), telemetryPacket('cover-2', reading(1), 1))
  await late.answer('connack')
  await vi.waitFor(async () => expect(await metric(house, 'wanmi_mqtt_paused_clients')).toBe(2))
  house.sink.letGo()
  await late.acknowledgement(1)
  await greedy.acknowledgement(200)
})

describe('keepalive', () => {
  test('ends nobody who spoke while the process stood still', async () => {
    const house = await openHouse()
    const client = await enter(house, 'cover-1', { keepalive: 1 })
    client.send(PINGREQ)
    // Here timers come next, and among them the beat, while what was sent lies in the socket.
    await new Promise<void>((resolve) => {
      setImmediate(() => {
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2_200)
        resolve()
      })
    })
    await client.answer('pingresp')
    client.send(PINGREQ)
    await vi.waitFor(() => expect(count(client, 'pingresp')).toBe(2))
    expect(client.isClosed).toBe(false)
  })

  test('ends a client that is silent for one and a half times its own', async () => {
    const house = await openHouse()
    const talks = await enter(house, 'cover-2', { keepalive: 1 })
    const timer = setInterval(() => talks.send(PINGREQ), 300)
    const silent = await enter(house, 'cover-1', { keepalive: 1 })
    const startedAt = performance.now()
    await silent.closed
    clearInterval(timer)
    expect(performance.now() - startedAt).toBeGreaterThan(1_400)
    expect(talks.isClosed).toBe(false)
    const reason = 'keepalive'
    expect(await metric(house, 'wanmi_mqtt_connections_ended_total', { reason })).toBe(1)
  })

  test.each([0, 60])('of %i s is cut to the limit', async (keepalive) => {
    const house = await openHouse({ mqtt: { keepaliveMaxS: 1 } })
    const client = await enter(house, 'cover-1', { keepalive })
    await client.closed
  })

  test('is kept for a client that is not read, in both directions', async () => {
    const house = await openHouse({ ingest: { clientWindowMessages: 1 } })
    const client = await enter(house, 'cover-1', { keepalive: 1 })
    house.sink.hold()
    client.send(
      telemetryPacket('cover-1', reading(1), 1),
      telemetryPacket('cover-1', reading(2), 2),
    )
    // Five answers nobody could have asked for take longer than the keepalive allows.
    await vi.waitFor(() => expect(count(client, 'pingresp')).toBe(5), { timeout: 10_000 })
    house.sink.letGo()
    await client.acknowledgement(2)
  })

  test('lets mqtt.js wait out an outage of the database on one connection', async () => {
    const house = await openHouse({ ingest: { clientWindowMessages: 3 } })
    const url = `mqtt://127.0.0.1:${house.broker.ports.tcp}`
    const client = await connectMqtt(url, 'cover-1', { keepalive: 1 })
    const closes: string[] = []
    client.on('close', () => closes.push('closed'))
    house.sink.hold()
    const published = Promise.all(
      numbers(50).map((n) =>
        client.publishAsync(telemetryTopic('cover-1'), reading(n), { qos: 1 }),
      ),
    )
    const outageMs = 4_000
    const endsAt = performance.now() + outageMs
    await vi.waitFor(() => expect(performance.now()).toBeGreaterThan(endsAt), {
      timeout: 2 * outageMs,
    })
    expect(closes).toEqual([])
    house.sink.letGo()
    await published
    expect(seqsOf(house.sink)).toEqual(numbers(50))
    expect(closes).toEqual([])
  })
})
