import { describe, expect, test, vi } from 'vitest'
import { Rejected, Unavailable } from '#model/error.ts'
import { commandTopic, replyTopic } from '#model/topic.ts'
import {
  connectMqtt,
  enter,
  type House,
  openHouse,
  publishPacket,
  type RawClient,
  reading,
  seqsOf,
  telemetryPacket,
} from './harness.ts'

const COMMANDS = commandTopic('cover-1')
const REPLIES = replyTopic('cover-1')

const subscribe = (filter: string, qos = 1): Buffer => {
  const text = Buffer.from(filter)
  return Buffer.from([0x82, text.length + 5, 0, 1, 0, text.length, ...text, qos])
}

interface Heard {
  readonly id: string
  readonly qos: number
  readonly messageId: number | undefined
}

const heardBy = (client: RawClient): Heard[] =>
  client.packets.flatMap((packet) => {
    if (packet.cmd !== 'publish') return []
    const { id } = JSON.parse(packet.payload.toString()) as { id: string }
    return [{ id, qos: packet.qos, messageId: packet.messageId }]
  })

const puback = (messageId = 0): Buffer => Buffer.from([0x40, 2, messageId >> 8, messageId & 255])

async function listen(house: House, filter = COMMANDS, qos = 1): Promise<RawClient> {
  const client = await enter(house, 'cover-1')
  client.send(subscribe(filter, qos))
  await client.answer('suback')
  return client
}

describe('a command', () => {
  test('that waits is delivered when its device subscribes, and acknowledged by its PUBACK', async () => {
    const house = await openHouse()
    house.desk.queue('cover-1', 'one')
    house.desk.queue('cover-2', 'not this one')
    const client = await listen(house)
    await vi.waitFor(() => expect(heardBy(client)).toMatchObject([{ id: 'one', qos: 1 }]))
    expect(client.packets.find(({ cmd }) => cmd === 'publish')).toMatchObject({ topic: COMMANDS })
    expect(house.desk.steps).toEqual(['sent one'])
    client.send(puback(heardBy(client)[0]?.messageId))
    await vi.waitFor(() => expect(house.desk.steps).toEqual(['sent one', 'acknowledged one']))
  })

  test('that is queued while its device is there goes at once, and each goes once', async () => {
    const house = await openHouse()
    const client = await listen(house)
    house.broker.deliver('cover-1')
    for (const id of ['one', 'two']) {
      house.desk.queue('cover-1', id)
      house.broker.deliver('cover-1')
    }
    house.broker.deliver('cover-2')
    await vi.waitFor(() => expect(heardBy(client)).toHaveLength(2))
    client.send(...heardBy(client).map(({ messageId }) => puback(messageId)))
    await vi.waitFor(() => expect(house.desk.steps).toHaveLength(4))
    house.broker.deliver('cover-1')
    client.send(Buffer.from([0xc0, 0]))
    await client.answer('pingresp')
    expect(heardBy(client).map(({ id }) => id)).toEqual(['one', 'two'])
  })

  test('that was not acknowledged goes again on the next connection, also in a kept session', async () => {
    const house = await openHouse()
    house.desk.queue('cover-1', 'one')
    const first = await enter(house, 'cover-1', { clean: false })
    first.send(subscribe(COMMANDS))
    await vi.waitFor(() => expect(heardBy(first)).toHaveLength(1))
    first.socket.destroy()
    // It does not subscribe again: its session still has the subscription.
    const second = await enter(house, 'cover-1', { clean: false })
    const packet = await second.answer('publish')
    expect(packet.cmd === 'publish' && JSON.parse(packet.payload.toString())).toEqual({
      id: 'one',
      name: 'restart',
      args: { delay_s: 3 },
      expiresAt: expect.stringMatching(/Z$/),
    })
    second.send(puback(heardBy(second)[0]?.messageId))
    await vi.waitFor(() => expect(house.desk.steps).toContain('acknowledged one'))
  })

  test('that has expired is not sent', async () => {
    const house = await openHouse()
    house.desk.queue('cover-1', 'late', Date.now() - 1)
    house.desk.queue('cover-1', 'one')
    const client = await listen(house)
    await vi.waitFor(() => expect(heardBy(client).map(({ id }) => id)).toEqual(['one']))
  })

  test('of many goes in order, no more than sixteen unacknowledged', async () => {
    const house = await openHouse()
    const ids = Array.from({ length: 50 }, (_, n) => `command ${n}`)
    for (const id of ids) house.desk.queue('cover-1', id)
    const client = await listen(house)
    await vi.waitFor(() => expect(heardBy(client)).toHaveLength(16))
    for (let done = 0; done < ids.length; done++) {
      await vi.waitFor(() => expect(heardBy(client).length).toBeGreaterThan(done))
      client.send(puback(heardBy(client)[done]?.messageId))
    }
    await vi.waitFor(() => expect(house.desk.steps).toHaveLength(100))
    expect(heardBy(client).map(({ id }) => id)).toEqual(ids)
  })

  test('goes with QoS 0 where the device asked for no more, and not after it unsubscribed', async () => {
    const house = await openHouse()
    house.desk.queue('cover-1', 'one')
    const client = await listen(house, 'wanmi/v1/cover-1/#', 0)
    await vi.waitFor(() => expect(heardBy(client)).toMatchObject([{ id: 'one', qos: 0 }]))
    const filter = Buffer.from('wanmi/v1/cover-1/#')
    client.send(Buffer.from([0xa2, filter.length + 4, 0, 2, 0, filter.length, ...filter]))
    await client.answer('unsuback')
    house.desk.queue('cover-1', 'two')
    house.broker.deliver('cover-1')
    client.send(Buffer.from([0xc0, 0]))
    await client.answer('pingresp')
    expect(heardBy(client)).toHaveLength(1)
  })

  test('waits out an outage of the database', async () => {
    const house = await openHouse()
    house.desk.queue('cover-1', 'one')
    let isDown = true
    house.desk.failure = () =>
      isDown ? new Unavailable('database-unavailable', 'down') : undefined
    const client = await listen(house)
    isDown = false
    await vi.waitFor(() => expect(heardBy(client)).toHaveLength(1), { timeout: 5_000 })
    isDown = true
    client.send(puback(heardBy(client)[0]?.messageId), Buffer.from([0xc0, 0]))
    await client.answer('pingresp')
    isDown = false
    await vi.waitFor(() => expect(house.desk.steps).toContain('acknowledged one'), {
      timeout: 5_000,
    })
  })
})

describe('a reply', () => {
  test('is acknowledged once it is stored, after what came before it and before what came after', async () => {
    const house = await openHouse()
    house.desk.queue('cover-1', 'one')
    const client = await enter(house, 'cover-1')
    house.sink.hold()
    const reply = JSON.stringify({ id: 'one', state: 'done', result: { took_s: 3 } })
    client.send(
      telemetryPacket('cover-1', reading(1), 1),
      publishPacket(REPLIES, reply, 1, 2),
      telemetryPacket('cover-1', reading(3), 3),
    )
    await vi.waitFor(() => expect(house.sink.batches).toHaveLength(1))
    expect(house.desk.replies).toEqual([])
    house.sink.letGo()
    await client.acknowledgement(3)
    expect(client.acknowledged).toEqual([1, 2, 3])
    expect(house.desk.replies).toEqual([{ id: 'one', state: 'done', result: { took_s: 3 } }])
    expect(seqsOf(house.sink)).toEqual([1, 3])
  })

  test('waits out an outage of the database', async () => {
    const house = await openHouse()
    house.desk.queue('cover-1', 'one')
    let isDown = true
    house.desk.failure = () =>
      isDown ? new Unavailable('database-unavailable', 'down') : undefined
    const client = await enter(house, 'cover-1')
    client.send(
      publishPacket(REPLIES, '{"id":"one","state":"failed"}', 1, 2),
      Buffer.from([0xc0, 0]),
    )
    await vi.waitFor(() => expect(house.broker.connections()).toMatchObject([{ inFlight: 1 }]))
    isDown = false
    await client.acknowledgement(2)
    expect(house.desk.replies).toHaveLength(1)
  })

  test('the database refuses, or nobody can store, goes to the quarantine', async () => {
    const house = await openHouse()
    const client = await enter(house, 'cover-1')
    for (const [index, error] of [
      new Rejected('database-refused', 'no such thing'),
      new Error('something else'),
    ].entries()) {
      house.desk.failure = () => error
      client.send(publishPacket(REPLIES, '{"id":"one","state":"done"}', 1, index + 1))
      await client.acknowledgement(index + 1)
      expect(house.sink.rejections[index]?.reasons).toEqual([
        { code: 'database-refused', detail: error.message },
      ])
    }
  })
})

describe('a subscription', () => {
  test('is granted below the own topics and refused with 128 anywhere else', async () => {
    const house = await openHouse()
    const client = await connectMqtt(`mqtt://127.0.0.1:${house.broker.ports.tcp}`, 'cover-1')
    const granted = async (filter: string) => {
      const [grant] = await client.subscribeAsync(filter, { qos: 1 }).catch(() => [{ qos: 128 }])
      return grant?.qos
    }
    expect(await granted(COMMANDS)).toBe(1)
    expect(await granted('wanmi/v1/cover-1/#')).toBe(1)
    expect(await granted('wanmi/v1/cover-1/+/reply')).toBe(1)
    for (const filter of [
      '#',
      '+/v1/cover-1/command',
      'wanmi/v1/+/command',
      'wanmi/v1/cover-2/command',
      'wanmi/v1/cover-11/command',
      'wanmi/v1/cover-1',
      '$SYS/#',
    ]) {
      expect(await granted(filter)).toBe(128)
    }
    expect(client.connected).toBe(true)
  })

  test('beyond sixteen is refused', async () => {
    const house = await openHouse()
    const client = await enter(house, 'cover-1')
    for (let n = 0; n < 20; n++) client.send(subscribe(`wanmi/v1/cover-1/${n}`))
    await vi.waitFor(() => {
      const codes = client.packets.flatMap((packet) =>
        packet.cmd === 'suback' ? packet.granted : [],
      )
      expect(codes.filter((code) => code === 1)).toHaveLength(16)
      expect(codes.filter((code) => code === 128)).toHaveLength(4)
    })
  })
})
