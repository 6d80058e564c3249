import fc from 'fast-check'
import type { Packet } from 'mqtt-packet'
import { describe, expect, test } from 'vitest'
import { seconds } from '#model/time.ts'
import { backoff } from '#runtime/backoff.ts'
import { Outbox } from '#simulator/transport/outbox.ts'
import { cutPackets, encode } from '#simulator/transport/packets.ts'

describe('packets cut from a stream', () => {
  test('come out the same wherever the stream is broken up', () => {
    const packet = fc.oneof(
      fc
        .integer({ min: 1, max: 65_535 })
        .map((messageId): Packet => ({ cmd: 'puback', messageId })),
      fc.constant<Packet>({ cmd: 'pingresp' }),
      fc.tuple(fc.stringMatching(/^[a-z]{1,20}$/), fc.uint8Array({ maxLength: 400 })).map(
        ([topic, bytes]): Packet => ({
          cmd: 'publish',
          topic,
          payload: Buffer.from(bytes),
          qos: 0,
          dup: false,
          retain: false,
        }),
      ),
    )
    fc.assert(
      fc.property(fc.array(packet, { maxLength: 20 }), fc.array(fc.nat(3_000)), (packets, cuts) => {
        const bytes = Buffer.concat(packets.map(encode))
        const edges = [0, ...cuts.filter((cut) => cut < bytes.length), bytes.length].sort(
          (a, b) => a - b,
        )
        const seen: string[] = []
        let rest: Buffer | undefined
        for (let index = 1; index < edges.length; index += 1) {
          const chunk = bytes.subarray(edges[index - 1], edges[index])
          const data = rest ? Buffer.concat([rest, chunk]) : chunk
          rest = cutPackets(data, (packet) => seen.push(encode(packet).toString('hex')))
        }
        expect(rest).toBeUndefined()
        expect(seen).toEqual(packets.map((packet) => encode(packet).toString('hex')))
      }),
    )
  })

  test.each([
    ['a length of five bytes', 'ffffffffff'],
    ['a packet that does not exist', '0000'],
    ['a packet larger than any', '30ffffff7f'],
    ['text', Buffer.from('SSH-2.0-OpenSSH_9.6\r\n').toString('hex')],
  ])('%s is not MQTT, and the next stream is read all the same', (_, hex) => {
    const bytes = Buffer.concat([Buffer.from(hex, 'hex'), Buffer.alloc(200)])
    expect(() => cutPackets(bytes, () => undefined)).toThrow(/not an MQTT broker/)
    const seen: Packet[] = []
    cutPackets(encode({ cmd: 'puback', messageId: 7 }), (packet) => seen.push(packet))
    expect(seen[0]).toMatchObject({ cmd: 'puback', messageId: 7 })
  })
})

describe('the outbox', () => {
  test('whatever happens, the window holds and every message goes out until it is acknowledged', () => {
    const step = fc.constantFrom('add', 'send', 'acknowledge', 'lose')
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 300 }),
        fc.integer({ min: 1, max: 5 }),
        (steps, window) => {
          const outbox = new Outbox(window)
          const flying = new Map<number, string>()
          const done: string[] = []
          let added = 0
          const send = (): void => {
            const sending = outbox.next()
            if (!sending) return
            expect(sending.dup).toBe(flying.has(sending.id))
            flying.set(sending.id, String(sending.message.payload))
            expect(flying.size).toBeLessThanOrEqual(window)
          }
          const acknowledge = (): void => {
            const id = flying.keys().next().value
            if (id === undefined) return
            done.push(String(outbox.acknowledge(id)?.payload))
            flying.delete(id)
            expect(outbox.acknowledge(id)).toBeUndefined()
          }
          for (const name of steps) {
            if (name === 'add') outbox.add({ topic: 't', payload: `${added++}`, qos: 1 })
            else if (name === 'send') send()
            else if (name === 'acknowledge') acknowledge()
            else outbox.rewind()
          }
          outbox.rewind()
          while (outbox.waiting + outbox.inFlight > 0) {
            send()
            acknowledge()
          }
          expect(done.toSorted((a, b) => Number(a) - Number(b))).toEqual(
            Array.from({ length: added }, (_, n) => `${n}`),
          )
        },
      ),
    )
  })

  test('ids are used again only when they are free', () => {
    const outbox = new Outbox(100_000)
    outbox.add({ topic: 't', payload: 'stays', qos: 1 })
    expect(outbox.next()?.id).toBe(1)
    for (let n = 0; n < 70_000; n += 1) {
      outbox.add({ topic: 't', payload: 'x', qos: 1 })
      const id = outbox.next()?.id ?? 0
      expect(id > 1 && id < 65_535).toBe(true)
      outbox.acknowledge(id)
    }
  })
})

test('pauses before reconnecting double up to the longest, drawn from their upper half', () => {
  const pauses = backoff({ first: seconds(1), longest: seconds(10), random: () => 0.5 })
  expect(pauses.take(6).toArray()).toEqual([750, 1_500, 3_000, 6_000, 7_500, 7_500])
})
