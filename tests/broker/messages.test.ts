import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { telemetryTopic } from '#model/topic.ts'
import {
  connectMqtt,
  connectPacket,
  enter,
  metric,
  openHouse,
  publishPacket,
  RawClient,
  reading,
  seqsOf,
  telemetryPacket,
} from './harness.ts'

const TOPIC = telemetryTopic('cover-1')
const release = (messageId: number): Buffer => Buffer.from([0x62, 2, 0, messageId])

describe('a message', () => {
  test('of each quality of service is stored once, by mqtt.js', async () => {
    const house = await openHouse()
    const client = await connectMqtt(`mqtt://127.0.0.1:${house.broker.ports.tcp}`, 'cover-1')
    await client.publishAsync(TOPIC, reading(0), { qos: 0 })
    await client.publishAsync(TOPIC, reading(1), { qos: 1 })
    await client.publishAsync(TOPIC, reading(2), { qos: 2, retain: true })
    expect(seqsOf(house.sink)).toEqual([0, 1, 2])
    for (const qos of [0, 1, 2]) {
      expect(await metric(house, 'wanmi_messages_received_total', { qos })).toBe(1)
    }
    expect(await metric(house, 'wanmi_messages_best_effort_total')).toBe(1)
    expect(await metric(house, 'wanmi_messages_acknowledged_total')).toBe(2)
    await client.endAsync()
  })

  test('is acknowledged when it is committed and not before', async () => {
    const house = await openHouse()
    const client = await enter(house, 'cover-1')
    house.sink.hold()
    client.send(telemetryPacket('cover-1', reading(1), 1), telemetryPacket('cover-1', 'x', 2, 2))
    await vi.waitFor(() => expect(house.sink.batches).toHaveLength(1))
    client.send(Buffer.from([0xc0, 0]))
    await client.answer('pingresp')
    expect(client.packets.map(({ cmd }) => cmd)).toEqual(['connack', 'pingresp'])
    house.sink.letGo()
    await client.answer('puback')
    await client.answer('pubrec')
  })

  test('sent before the CONNACK has come is taken after it', async () => {
    const house = await openHouse()
    const client = new RawClient(house.broker.ports.tcp).send(
      connectPacket('cover-1'),
      ...Array.from({ length: 100 }, (_, n) => telemetryPacket('cover-1', reading(n), n + 1)),
    )
    await client.acknowledgement(100)
    expect(client.packets[0]).toMatchObject({ cmd: 'connack', returnCode: 0 })
    expect(seqsOf(house.sink)).toEqual(Array.from({ length: 100 }, (_, n) => n))
  })

  test('of a client that was refused is not taken', async () => {
    const house = await openHouse()
    const client = new RawClient(house.broker.ports.tcp).send(
      connectPacket('cover-1', { password: Buffer.from('wrong') }),
      telemetryPacket('cover-1', reading(1)),
    )
    await client.closed
    await house.ingest.drain()
    expect(house.sink.batches).toEqual([])
  })

  test('before a DISCONNECT or the end of the stream is stored', async () => {
    const house = await openHouse()
    const polite = await enter(house, 'cover-1')
    polite.send(telemetryPacket('cover-1', reading(1), 0, 0), Buffer.from([0xe0, 0]))
    await polite.closed
    const abrupt = await enter(house, 'cover-1')
    abrupt.socket.end(telemetryPacket('cover-1', reading(2), 0, 0))
    await abrupt.closed
    await house.ingest.drain()
    expect(seqsOf(house.sink)).toEqual([1, 2])
  })

  test('is kept by nobody for later: not retained, not routed, not even to its sender', async () => {
    const house = await openHouse()
    const client = await connectMqtt(`mqtt://127.0.0.1:${house.broker.ports.tcp}`, 'cover-1')
    const heard: string[] = []
    client.on('message', (topic) => heard.push(topic))
    await client.publishAsync(TOPIC, reading(1), { qos: 1, retain: true })
    await client.subscribeAsync('wanmi/v1/cover-1/#', { qos: 1 })
    await client.publishAsync(TOPIC, reading(2), { qos: 1, retain: true })
    await client.subscribeAsync('wanmi/v1/cover-1/+', { qos: 1 })
    expect(heard).toEqual([])
  })

  test('means the same however the bytes of its connection are cut', async () => {
    const house = await openHouse()
    const packets = Buffer.concat([
      connectPacket('cover-1'),
      telemetryPacket('cover-1', reading(1), 1),
      telemetryPacket('cover-1', '{"tilt_deg":999}', 2),
      Buffer.from([0xc0, 0]),
      telemetryPacket('cover-1', reading(3), 3, 2),
      Buffer.from('8206000100012300', 'hex'),
      telemetryPacket('cover-1', `[${reading(4)},17]`, 4),
    ])
    const cuts = fc.uniqueArray(fc.integer({ min: 1, max: packets.length - 1 }), { maxLength: 30 })
    await fc.assert(
      fc.asyncProperty(cuts, async (places) => {
        const { sink } = house
        sink.readings.length = 0
        sink.rejections.length = 0
        const client = new RawClient(house.broker.ports.tcp)
        let from = 0
        for (const to of [...places.sort((a, b) => a - b), packets.length]) {
          await new Promise<void>((resolve) => {
            client.socket.write(packets.subarray(from, to), () => resolve())
          })
          from = to
        }
        await client.acknowledgement(4)
        await client.answer('pubrec')
        await client.answer('suback')
        expect(client.acknowledged).toEqual([1, 2, 4])
        expect(seqsOf(sink)).toEqual([1, 3, 4])
        expect(sink.rejections).toHaveLength(2)
        client.socket.destroy()
      }),
      { numRuns: 40 },
    )
  })
})

describe('a QoS 2 message', () => {
  test('sent again before its release is the same message', async () => {
    const house = await openHouse()
    const client = await enter(house, 'cover-1')
    const packet = telemetryPacket('cover-1', reading(1), 7, 2)
    const again = publishPacket(TOPIC, reading(1), 2, 7, { dup: true })
    client.send(packet, again)
    await client.answer('pubrec')
    client.send(again)
    await vi.waitFor(() => {
      expect(client.packets.filter(({ cmd }) => cmd === 'pubrec')).toHaveLength(2)
    })
    client.send(release(7))
    await client.answer('pubcomp')
    client.send(telemetryPacket('cover-1', reading(2), 7, 2))
    await vi.waitFor(() => expect(seqsOf(house.sink)).toEqual([1, 2]))
    expect(house.sink.readings).toHaveLength(2)
  })

  test('is answered on the connection that took the session up, and stored once', async () => {
    const house = await openHouse()
    const first = await enter(house, 'cover-1', { clean: false })
    house.sink.hold()
    first.send(telemetryPacket('cover-1', reading(1), 7, 2))
    await vi.waitFor(() => expect(house.sink.batches).toHaveLength(1))
    first.socket.destroy()
    const second = await enter(house, 'cover-1', { clean: false })
    second.send(publishPacket(TOPIC, reading(1), 2, 7, { dup: true }), Buffer.from([0xc0, 0]))
    await second.answer('pingresp')
    house.sink.letGo()
    await second.answer('pubrec')
    second.send(release(7))
    await second.answer('pubcomp')
    expect(seqsOf(house.sink)).toEqual([1])
  })

  test('of a clean session is forgotten with it', async () => {
    const house = await openHouse()
    for (const seq of [1, 2]) {
      const client = await enter(house, 'cover-1')
      client.send(telemetryPacket('cover-1', reading(seq), 7, 2))
      await client.answer('pubrec')
      client.socket.destroy()
    }
    expect(seqsOf(house.sink)).toEqual([1, 2])
  })

  test('that is released without being known is answered all the same', async () => {
    const house = await openHouse()
    const client = await enter(house, 'cover-1')
    client.send(release(9))
    expect(await client.answer('pubcomp')).toMatchObject({ messageId: 9 })
  })

  test('is one of many that are released late only up to a point', async () => {
    const house = await openHouse()
    const client = await enter(house, 'cover-1')
    for (let first = 1; first <= 10_001; first += 500) {
      const ids = Array.from({ length: 500 }, (_, n) => first + n)
      client.send(...ids.map((id) => telemetryPacket('cover-1', '{}', id, 2)))
    }
    await client.closed
    const reason = 'unreleased'
    expect(await metric(house, 'wanmi_mqtt_connections_ended_total', { reason })).toBe(1)
  })
})

describe('a will', () => {
  const will = (topic: string, payload: string) =>
    ({ topic, payload: Buffer.from(payload), qos: 1, retain: true }) as const

  test('is taken like any message when its device is gone without a word', async () => {
    const house = await openHouse()
    const first = await enter(house, 'cover-1', { will: will(TOPIC, reading(5)) })
    first.socket.destroy()
    await vi.waitFor(() => expect(seqsOf(house.sink)).toEqual([5]))
    const second = await enter(house, 'cover-1', { will: will('wanmi/v1/cover-2/telemetry', '{}') })
    second.socket.destroy()
    await vi.waitFor(() => {
      expect(house.sink.rejections).toMatchObject([
        { deviceId: 'cover-1', reasons: [{ code: 'wrong-topic' }] },
      ])
    })
  })

  test('is dropped when the device says goodbye, when it was not let in, or when we go', async () => {
    const house = await openHouse()
    const polite = await enter(house, 'cover-1', { will: will(TOPIC, reading(1)) })
    polite.send(Buffer.from([0xe0, 0]))
    await polite.closed
    const refused = new RawClient(house.broker.ports.tcp).send(
      connectPacket('cover-1', { will: will(TOPIC, '{}'), password: Buffer.from('wrong') }),
    )
    await refused.closed
    await enter(house, 'cover-1', { will: will(TOPIC, reading(3)) })
    await house.broker.close()
    await house.ingest.drain()
    expect(house.sink.batches).toEqual([])
  })
})
