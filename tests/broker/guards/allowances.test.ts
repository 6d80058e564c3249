import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FrameReader } from '#broker/frame-reader.ts'
import { addressBlock } from '#broker/guards/address-block.ts'
import { BucketTable } from '#broker/guards/bucket-table.ts'
import { Pace } from '#broker/guards/pace.ts'
import { PacketClock } from '#broker/guards/packet-clock.ts'
import { TokenBucket } from '#broker/guards/token-bucket.ts'
import { hours, seconds } from '#model/time.ts'

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
  ['2001:db8::9', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
])('%s counts as %s', (address, block) => {
  expect(addressBlock(address)).toBe(block)
})

describe('an allowance', () => {
  test('never gives more than its burst and what its rate makes of the time', () => {
    const steps = fc.array(fc.nat({ max: 5_000 }), { minLength: 1, maxLength: 200 })
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 20 }),
        steps,
        (burst, rate, waits) => {
          const bucket = new TokenBucket({ burst, perSecond: rate }, 0)
          let now = 0
          let taken = 0
          for (const wait of waits) {
            now += wait
            if (bucket.take(now)) taken++
          }
          expect(taken).toBeLessThanOrEqual(burst + (rate * now) / 1_000)
        },
      ),
    )
  })

  test('of ever new strangers is kept for so many and no more', () => {
    const table = new BucketTable({ burst: 1, perSecond: 0.001 }, 100)
    for (let n = 0; n < 1_000; n++) table.of(`stranger ${n}`, 0).take(0)
    expect(table.size).toBe(100)
    expect(table.peek('stranger 999', 0)).toBe(0)
  })

  test('that is whole again is forgotten', () => {
    const table = new BucketTable({ burst: 1, perSecond: 1 })
    for (let n = 0; n < 100; n++) table.of(`stranger ${n}`, 0).take(0)
    table.of('another', 60_000)
    expect(table.size).toBe(1)
  })
})

function sentAtOnce(pace: Pace, bytes: number): number {
  let sent = 0
  for (; pace.mayGo; sent++) pace.spendMessage(bytes)
  return sent
}

describe('the pace of a device', () => {
  const limits = { factor: 100, minPerSecond: 100, backlogHours: 72, burstMessages: 20_000 }

  test('lets three days of it go at once, then a hundred times its rate', () => {
    const pace = new Pace(limits, seconds(1), 0)
    expect(sentAtOnce(pace, 150)).toBe(72 * 3_600)
    pace.refill(1_000)
    expect(sentAtOnce(pace, 150)).toBe(100)
  })

  test('bounds nobody where the factor is 0', () => {
    const pace = new Pace({ ...limits, factor: 0 }, hours(1), 0)
    for (let n = 0; n < 1_000_000; n++) pace.spendMessage(60_000)
    expect(pace.mayGo).toBe(true)
  })

  test('charges a message for every 256 bytes it begins', () => {
    const pace = new Pace({ ...limits, backlogHours: 1 }, hours(1), 0)
    expect(sentAtOnce(pace, 65_535)).toBe(Math.ceil(20_000 / 256))
  })
})

describe('a packet that was begun', () => {
  const announced = (bytes: Buffer): FrameReader => {
    const reader = new FrameReader(65_536)
    reader.feed(bytes)
    reader.next()
    return reader
  }

  test('has half a minute, and a second for each hundred bytes of it', () => {
    const clock = new PacketClock({ timeoutMs: 30_000, bytesPerSecond: 100 })
    const reader = announced(Buffer.of(0x32, 0xd0, 0x0f, 0))
    const lateAt = Array.from({ length: 120 }, (_, second) => second).find((second) =>
      clock.isLate(reader, second * 1_000, false),
    )
    expect(lateAt).toBe(51)
  })

  test('is not waited for while it is we who do not read', () => {
    const clock = new PacketClock({ timeoutMs: 1_000, bytesPerSecond: 100 })
    const reader = announced(Buffer.of(0x32))
    for (let now = 0; now < 100_000; now += 500) expect(clock.isLate(reader, now, true)).toBe(false)
    expect(clock.isLate(reader, 100_500, false)).toBe(false)
    expect(clock.isLate(reader, 102_000, false)).toBe(true)
  })

  test('holds as much memory as came of it, not as was announced', () => {
    const before = process.memoryUsage().arrayBuffers
    const readers = Array.from({ length: 1_000 }, () =>
      announced(Buffer.of(0x32, 0xf0, 0xff, 3, 0)),
    )
    const held = process.memoryUsage().arrayBuffers - before
    expect(readers.every(({ begunBytes }) => begunBytes > 65_000)).toBe(true)
    expect(held).toBeLessThan(10 * 2 ** 20)
  })
})
