import { describe, expect, test } from 'vitest'
import { metric, publishPacket } from './harness.ts'
import {
  acknowledgement,
  enterOpen,
  hex,
  type OpenPeer,
  openOpenHouse,
  willOn,
} from './open-house.ts'

const DISCONNECT = hex('e0 00')

/** Publishes, and waits until that is acknowledged. */
async function say(peer: OpenPeer, topic: string, text: string, retain = false): Promise<void> {
  const id = 100 + peer.packets.length
  peer.send(publishPacket(topic, text, 1, id, { retain }))
  await peer.acknowledgement(id)
}

describe('open clients', () => {
  test('hear each other, each message with the lower of both QoS and without the retain flag', async () => {
    const house = await openOpenHouse()
    const [speaker, listener] = [await enterOpen(house, 's'), await enterOpen(house, 'l')]
    expect(await listener.subscribe({ 'a/0': 0, 'a/1': 1, 'a/2': 2, 'a/+/none': 2 })).toEqual([
      0, 1, 2, 2,
    ])
    for (const granted of [0, 1, 2]) {
      for (const qos of [0, 1, 2] as const) {
        const retain = qos === 1
        speaker.send(
          publishPacket(`a/${granted}`, `${qos} to ${granted}`, qos, 1 + qos, { retain }),
        )
        const heard = await listener.publishOf(`${qos} to ${granted}`)
        expect(heard).toMatchObject({ qos: Math.min(qos, granted), retain: false, dup: false })
        if (qos === 2) speaker.send(acknowledgement('pubrel', 3))
      }
    }
    await speaker.answer('pubcomp')
    expect(speaker.acknowledged).toEqual([2, 2, 2])
    expect(await metric(house, 'wanmi_open_messages_total')).toBe(9)
  })

  test('get one copy of a message, with the highest QoS, however many of their filters match', async () => {
    const house = await openOpenHouse()
    const peer = await enterOpen(house, 'c')
    await peer.subscribe({ '#': 0, 'a/+': 2, 'a/b': 1 })
    peer.send(publishPacket('a/b', 'x', 2, 9))
    await peer.ping()
    expect(peer.published).toMatchObject([{ qos: 2 }])
  })

  test('hear a message of QoS 2 once, however often it is sent before its release', async () => {
    const house = await openOpenHouse()
    const peer = await enterOpen(house, 'c')
    await peer.subscribe({ a: 0 })
    const twice = [publishPacket('a', 'x', 2, 7), publishPacket('a', 'x', 2, 7, { dup: true })]
    peer.send(...twice)
    await peer.ping()
    peer.send(
      acknowledgement('pubrel', 7),
      acknowledgement('pubrel', 7),
      publishPacket('a', 'y', 2, 7),
    )
    await peer.publishOf('y')
    expect(peer.texts).toEqual(['x', 'y'])
    expect(peer.packets.filter(({ cmd }) => cmd === 'pubrec')).toHaveLength(3)
    expect(peer.packets.filter(({ cmd }) => cmd === 'pubcomp')).toHaveLength(2)
  })

  test('get one return code for each filter, also for one named twice', async () => {
    const house = await openOpenHouse()
    const peer = await enterOpen(house, 'c')
    peer.send(hex('82 0e 0005 0001 61 01 0001 61 02 0001 62 00'))
    const suback = await peer.answer('suback')
    expect(suback).toMatchObject({ messageId: 5, granted: [1, 2, 0] })
    peer.send(publishPacket('a', 'x', 2, 1))
    expect(await peer.publishOf('x')).toMatchObject({ qos: 2 })
    peer.send(hex('a2 05 0006 0001 61'))
    await peer.answer('unsuback')
    peer.send(publishPacket('a', 'y', 0))
    await peer.ping()
    expect(peer.texts).toEqual(['x'])
  })

  test('of the same client id are one: the older is cut off, and its will is sent', async () => {
    const house = await openOpenHouse()
    const listener = await enterOpen(house, 'l')
    await listener.subscribe({ '#': 1 })
    const older = await enterOpen(house, 'c', willOn('w'))
    await enterOpen(house, 'c')
    await older.closed
    expect(await listener.publishOf('gone')).toMatchObject({ topic: 'w', qos: 1, retain: false })
  })
})

describe('a retained message', () => {
  test('is sent with its flag to each new subscription, until an empty one takes its place', async () => {
    const house = await openOpenHouse({ open: { topics: ['#', '$a/#'] } })
    const speaker = await enterOpen(house, 's')
    await say(speaker, 'a/', 'old', true)
    await say(speaker, 'a/', 'new', true)
    await say(speaker, '$a/b', 'reserved', true)
    await say(speaker, 'b', 'not asked for', true)
    const listener = await enterOpen(house, 'l')
    await listener.subscribe({ 'a/+': 0 })
    expect(await listener.publishOf('new')).toMatchObject({ topic: 'a/', qos: 0, retain: true })
    // Subscribing again asks for it again (MQTT-3.8.4-3).
    await listener.subscribe({ 'a/+': 1 }, 2)
    await listener.packet((packet) => packet.cmd === 'publish' && packet.qos === 1)
    speaker.send(publishPacket('a/', '', 1, 1, { retain: true }))
    await listener.publishOf('')
    const late = await enterOpen(house, 'late')
    await late.subscribe({ '#': 2 })
    await late.ping()
    expect(late.texts).toEqual(['not asked for'])
    expect(await metric(house, 'wanmi_open_retained_messages')).toBe(2)
  })

  test('of many thousand topics comes too, no faster than it is taken', async () => {
    const house = await openOpenHouse()
    const speaker = await enterOpen(house, 's')
    const topics = Array.from({ length: 1_500 }, (_, n) => `t/${n}`)
    const payload = Buffer.alloc(400, 'x')
    speaker.send(...topics.map((topic) => publishPacket(topic, payload, 0, 0, { retain: true })))
    await speaker.ping()
    const listener = await enterOpen(house, 'l')
    await listener.subscribe({ 't/#': 0 })
    await listener.packet(() => listener.published.length === topics.length)
    expect(new Set(listener.published.map(({ topic }) => topic)).size).toBe(topics.length)
  })
})

describe('a session that is kept', () => {
  test('is told to be there also when it has no subscription, and is gone after a clean one', async () => {
    const house = await openOpenHouse()
    const kept = { clean: false }
    expect(await enterOpen(house, 'c', kept)).toMatchObject({ isPresent: false })
    expect(await enterOpen(house, 'c', kept)).toMatchObject({ isPresent: true })
    const old = { ...kept, protocolId: 'MQIsdp', protocolVersion: 3 } as const
    expect(await enterOpen(house, 'c', old)).toMatchObject({ isPresent: false })
    expect(await enterOpen(house, 'c', kept)).toMatchObject({ isPresent: true })
    expect(await enterOpen(house, 'c')).toMatchObject({ isPresent: false })
    expect(await enterOpen(house, 'c', kept)).toMatchObject({ isPresent: false })
  })

  test('gets what came meanwhile, in order, but for QoS 0', async () => {
    const house = await openOpenHouse()
    const away = await enterOpen(house, 'c', { clean: false })
    await away.subscribe({ a: 2 })
    away.send(DISCONNECT)
    await away.closed
    const speaker = await enterOpen(house, 's')
    const qosOf = (n: number) => (n % 3) as 0 | 1 | 2
    speaker.send(
      ...Array.from({ length: 9 }, (_, n) => publishPacket('a', `${n}`, qosOf(n), 1 + n)),
    )
    await speaker.ping()
    const back = await enterOpen(house, 'c', { clean: false })
    await back.ping()
    expect(back.published.map(({ payload, qos }) => `${payload.toString()} ${qos}`)).toEqual([
      '1 1',
      '2 2',
      '4 1',
      '5 2',
      '7 1',
      '8 2',
    ])
  })

  test('is sent again what was not acknowledged: marked, under the same id, from where it stood', async () => {
    const house = await openOpenHouse()
    const first = await enterOpen(house, 'c', { clean: false })
    await first.subscribe({ a: 2 })
    const speaker = await enterOpen(house, 's')
    speaker.send(...['one', 'two', 'three'].map((text, n) => publishPacket('a', text, 2, 1 + n)))
    await first.publishOf('three')
    const [one, two] = first.published.map(({ messageId }) => messageId ?? 0)
    first.send(acknowledgement('pubrec', one as number))
    await first.answer('pubrel')
    first.socket.destroy()
    const second = await enterOpen(house, 'c', { clean: false })
    await second.publishOf('three')
    const again = second.packets.filter(({ cmd }) => cmd === 'publish' || cmd === 'pubrel')
    expect(again).toMatchObject([
      { cmd: 'pubrel', messageId: one },
      { cmd: 'publish', messageId: two, dup: true },
      { cmd: 'publish', dup: true },
    ])
    second.send(acknowledgement('pubcomp', one as number), acknowledgement('pubrec', two as number))
    await second.packet((packet) => packet.cmd === 'pubrel' && packet.messageId === two)
  })

  test('has at most 20 messages under way, and the next when one of them is over', async () => {
    const house = await openOpenHouse()
    const listener = await enterOpen(house, 'l')
    await listener.subscribe({ a: 1 })
    const speaker = await enterOpen(house, 's')
    speaker.send(...Array.from({ length: 22 }, (_, n) => publishPacket('a', `${n}`, 1, 1 + n)))
    await speaker.acknowledgement(22)
    await listener.ping()
    expect(listener.published).toHaveLength(20)
    listener.send(acknowledgement('puback', listener.published[0]?.messageId as number))
    await listener.publishOf('20')
    await listener.ping()
    expect(listener.published).toHaveLength(21)
    expect(new Set(listener.published.map(({ messageId }) => messageId)).size).toBe(21)
  })
})

describe('a will', () => {
  test.each<[string, boolean, (peer: OpenPeer) => unknown]>([
    ['is sent when the connection is lost', true, (peer) => peer.socket.destroy()],
    ['is sent when the protocol is broken', true, (peer) => peer.send(hex('c1 00'))],
    ['is not sent after DISCONNECT', false, (peer) => peer.send(DISCONNECT)],
    [
      'is not sent after DISCONNECT, whatever follows it',
      false,
      (peer) => peer.send(DISCONNECT, hex('c1 00')),
    ],
  ])('%s', async (_, isSent, leave) => {
    const house = await openOpenHouse()
    const peer = await enterOpen(house, 'c', willOn('w/c', true))
    leave(peer)
    await peer.closed
    const late = await enterOpen(house, 'late')
    await late.subscribe({ 'w/+': 1 })
    await late.ping()
    expect(late.published).toMatchObject(
      isSent ? [{ topic: 'w/c', qos: 1, retain: true, payload: Buffer.from('gone') }] : [],
    )
  })
})
