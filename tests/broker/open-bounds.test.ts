import { describe, expect, test, vi } from 'vitest'
import { OpenSessions } from '#broker/open/open-sessions.ts'
import { type House, metric, publishPacket } from './harness.ts'
import { acknowledgement, enterOpen, openConnect, openOpenHouse, refusalOf } from './open-house.ts'

const dropped = (house: House, reason: string): Promise<number> =>
  metric(house, 'wanmi_open_messages_dropped_total', { reason })

const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n)
const KEPT = { clean: false }

/** A client that subscribed to `a` and has gone. */
async function leaveBehind(house: House, clientId: string): Promise<void> {
  const away = await enterOpen(house, clientId, KEPT)
  await away.subscribe({ a: 1 })
  away.socket.destroy()
  await away.closed
}

describe('what is kept for open clients has an end:', () => {
  test('a queue is as long as it may be, and what came first stays', async () => {
    const house = await openOpenHouse({ open: { queueMessages: 3 } })
    await leaveBehind(house, 'c')
    const speaker = await enterOpen(house, 's')
    speaker.send(...numbers(5).map((n) => publishPacket('a', `${n}`, 1, 1 + n)))
    await speaker.acknowledgement(5)
    expect(await dropped(house, 'queue-full')).toBe(2)
    const back = await enterOpen(house, 'c', KEPT)
    await back.ping()
    expect(back.texts).toEqual(['0', '1', '2'])
  })

  test('all queues, retained messages and subscriptions share one memory', async () => {
    const house = await openOpenHouse({ open: { memoryBytes: 200_000 } })
    for (const n of numbers(4)) await leaveBehind(house, `c${n}`)
    const speaker = await enterOpen(house, 's')
    const payload = Buffer.alloc(10_000)
    speaker.send(...numbers(8).map((n) => publishPacket('a', payload, 1, 1 + n)))
    speaker.send(publishPacket('b', Buffer.alloc(30_000), 1, 9, { retain: true }))
    await speaker.acknowledgement(9)
    expect(await dropped(house, 'memory-full')).toBeGreaterThan(10)
    expect(await dropped(house, 'retained-full')).toBe(1)
    const used = await metric(house, 'wanmi_open_memory_bytes')
    expect(used).toBeGreaterThan(150_000)
    expect(used).toBeLessThanOrEqual(200_000)
  })

  test('retained messages are so many; one that replaces another is none more', async () => {
    const house = await openOpenHouse({ open: { retainedMessages: 2 } })
    const speaker = await enterOpen(house, 's')
    const topics = ['a', 'b', 'c', 'b']
    speaker.send(
      ...topics.map((topic, n) => publishPacket(topic, `${n}`, 1, 1 + n, { retain: true })),
    )
    await speaker.acknowledgement(4)
    expect(await dropped(house, 'retained-full')).toBe(1)
    await speaker.subscribe({ '#': 0 })
    await speaker.ping()
    expect(speaker.texts.toSorted()).toEqual(['0', '3'])
  })

  test('sessions to keep are so many: one more is refused, a clean one is not', async () => {
    const house = await openOpenHouse({ open: { keptSessions: 1 } })
    await leaveBehind(house, 'c')
    expect(await refusalOf(house, openConnect('d', KEPT))).toBe(3)
    await enterOpen(house, 'd')
    expect(await enterOpen(house, 'c', KEPT)).toMatchObject({ isPresent: true })
  })

  test('connections are so many: one more is refused', async () => {
    const house = await openOpenHouse({ open: { connectionsMax: 1 } })
    const peer = await enterOpen(house, 'c')
    expect(await refusalOf(house, openConnect('d'))).toBe(3)
    peer.socket.destroy()
    await vi.waitFor(async () => expect(await metric(house, 'wanmi_open_clients')).toBe(0))
    await enterOpen(house, 'd')
  })

  test('a client has a hundred filters and no more', async () => {
    const house = await openOpenHouse()
    const peer = await enterOpen(house, 'c')
    const filters = Object.fromEntries(numbers(101).map((n) => [`a/${n}`, 0 as const]))
    const granted = await peer.subscribe(filters)
    expect(granted.filter((code) => code === 128)).toHaveLength(1)
    expect(await peer.subscribe({ 'a/0': 1, 'a/200': 1 }, 2)).toEqual([1, 128])
  })

  test('one that starts QoS 2 messages and releases none is cut off', async () => {
    const house = await openOpenHouse()
    const peer = await enterOpen(house, 'c')
    peer.send(...numbers(1_001).map((n) => publishPacket('a', 'x', 2, 1 + n)))
    await peer.closed
    const reason = 'unreleased'
    expect(await metric(house, 'wanmi_mqtt_connections_ended_total', { reason })).toBe(1)
  })

  test('one that does not read misses messages of QoS 0, and its neighbours miss none', async () => {
    const house = await openOpenHouse()
    const [lazy, reader] = [await enterOpen(house, 'lazy'), await enterOpen(house, 'reader')]
    for (const peer of [lazy, reader]) await peer.subscribe({ a: 0 })
    lazy.socket.pause()
    const speaker = await enterOpen(house, 's')
    const payload = Buffer.alloc(60_000)
    for (let round = 1; (await dropped(house, 'not-reading')) === 0; round++) {
      speaker.send(publishPacket('a', payload, 0))
      await speaker.ping()
      await reader.packet(() => reader.published.length === round)
    }
  })

  test('one that sends too much is read more slowly, and one that listens to it is not', async () => {
    const house = await openOpenHouse({
      open: { ratePerSecond: 400 },
      mqtt: { rateBurstMessages: 100, rateBacklogHours: 1 },
    })
    const listener = await enterOpen(house, 'l')
    await listener.subscribe({ a: 1 })
    const speaker = await enterOpen(house, 's')
    const answered = new Set<number>()
    listener.socket.on('data', () => {
      for (const { messageId = 0 } of listener.published.filter((_, n) => !answered.has(n))) {
        listener.send(acknowledgement('puback', messageId))
      }
      for (const n of listener.published.keys()) answered.add(n)
    })
    const startedAt = performance.now()
    speaker.send(...numbers(300).map((n) => publishPacket('a', `${n}`, 1, 1 + n)))
    await listener.publishOf('299')
    // 100 at once and 400 a second.
    expect(performance.now() - startedAt).toBeGreaterThan(300)
  })

  test('a session to which nobody comes back ends, with all that was kept for it', () => {
    const limits = {
      memoryBytes: 1_000_000,
      retainedMessages: 1,
      keptSessions: 2,
      keepSessionMs: 60_000,
      queueMessages: 10,
    }
    const sessions = new OpenSessions(limits, () => {})
    const [gone, here] = [sessions.open('gone', true), sessions.open('here', true)]
    here.attach({ write: () => {}, waitingBytes: 0 })
    for (const session of [gone, here]) session.subscribe('a/+', 1)
    sessions.route({ topic: 'a/b', payload: Buffer.alloc(100), qos: 1, retain: false })
    const { bytes } = sessions.counts
    sessions.expire(performance.now() + 59_000)
    expect(sessions.has('gone')).toBe(true)
    sessions.expire(performance.now() + 61_000)
    expect(sessions.has('gone')).toBe(false)
    expect(sessions.counts).toMatchObject({ sessions: 1, kept: 1, bytes: bytes / 2 })
    sessions.end(here)
    expect(sessions.counts).toEqual({ sessions: 0, kept: 0, retained: 0, bytes: 0 })
  })

  test('whatever was under way, nothing is left when all have gone', async () => {
    const house = await openOpenHouse()
    const peers = [await enterOpen(house, 'a'), await enterOpen(house, 'b')]
    for (const peer of peers) await peer.subscribe({ 'a/#': 2, 'b/+': 1 })
    peers[0]?.send(...numbers(60).map((n) => publishPacket('a/b', `${n}`, 2, 1 + n)))
    peers[0]?.send(publishPacket('b/c', 'x', 0, 0, { retain: true }))
    await peers[0]?.ping()
    peers[0]?.send(publishPacket('b/c', '', 0, 0, { retain: true }))
    await peers[0]?.ping()
    expect(await metric(house, 'wanmi_open_memory_bytes')).toBeGreaterThan(0)
    for (const peer of peers) peer.socket.destroy()
    await vi.waitFor(async () => expect(await metric(house, 'wanmi_open_memory_bytes')).toBe(0))
  })
})
