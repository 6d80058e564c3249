import { describe, expect, test } from 'vitest'
import type { WanmiError } from '#model/error.ts'
import { milliseconds, seconds } from '#model/time.ts'
import { FakeBroker } from './fake-broker.ts'
import { clientOf, message, NOW, textOf } from './test-client.ts'
import { until } from './until.ts'

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
