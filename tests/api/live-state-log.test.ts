import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LiveHub } from '#api/live/live-hub.ts'
import { type LiveState, type LogEntry, StateLog } from '#api/live/state-log.ts'
import { type Box, isInBox, overlaps } from '#model/box.ts'
import { type Place } from '#model/place.ts'
import { WHOLE_CITY } from '#model/principal.ts'
import { createMetrics } from '#runtime/metrics.ts'
import { device, NOON, reading } from '#tests/store/fixtures.ts'

const at = (x: number): Place => ({ lon_deg: x, lat_deg: 35 })

test('whoever reads a log from anywhere gets the newest of each device that changed, in order', () => {
  const step = fc.record({ id: fc.nat(9), x: fc.nat(20), reads: fc.boolean() })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
      const log = new StateLog<{ device: ReturnType<typeof device>; place: Place; n: number }>()
      const where = new Map<string, Place>()
      let told = 0
      let known = new Map<string, number>()
      const truth = new Map<string, number>()
      for (const [n, { id, x, reads }] of steps.entries()) {
        const of = device(String(id))
        log.add({ device: of, place: at(x), n }, where.get(of.id) ?? null)
        where.set(of.id, at(x))
        truth.set(of.id, n)
        if (!reads) continue
        const numbers: number[] = []
        for (const { state, number } of log.after(told)) {
          known.set(state.device.id, state.n)
          numbers.push(number)
        }
        expect(numbers).toEqual(numbers.toSorted((a, b) => a - b))
        expect(new Set(numbers).size).toBe(numbers.length)
        told = log.last
        log.toldTo(told)
        expect(known).toEqual(truth)
        known = new Map(known)
      }
    }),
  )
})

test('looking near a box misses nothing that is in it, or passed it', () => {
  const box = fc.tuple(fc.nat(20), fc.nat(20)).map(([west, east]): Box => [west, 34, east, 36])
  const step = fc.record({ id: fc.nat(9), x: fc.option(fc.nat(20)) })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), box, fc.nat(300), (steps, seen, from) => {
      const log = new StateLog<{ device: ReturnType<typeof device>; place: Place | null }>()
      const where = new Map<string, Place | null>()
      for (const { id, x } of steps) {
        const of = device(String(id))
        const place = x === null ? null : at(x)
        log.add({ device: of, place }, where.get(of.id) ?? null)
        where.set(of.id, place)
      }
      const isSeen = ({
        state: { place },
        passed,
      }: LogEntry<{ place: Place | null } & LiveState>) =>
        (place !== null && isInBox(seen, place)) || (passed !== null && overlaps(seen, passed))
      const near = [...log.near(seen, from)]
      expect(near.filter(isSeen)).toEqual([...log.after(from)].filter(isSeen))
      const all = new Set(log.after(from))
      expect(near.every((entry) => all.has(entry))).toBe(true)
    }),
  )
})

test('a log of many changes is as long as there are devices, and no longer', () => {
  const log = new StateLog<{ device: ReturnType<typeof device>; place: Place }>()
  for (let change = 0; change < 200_000; change += 1) {
    log.add({ device: device(`d-${change % 1_000}`), place: at(1) }, at(1))
  }
  expect(log.size).toBeLessThan(10_000)
  expect([...log.after(0)]).toHaveLength(1_000)
})

test('a viewer of the map who stops reading costs nothing, and is told the newest when it goes on', async () => {
  const hub = new LiveHub(createMetrics())
  const written: string[] = []
  let resume = (): void => undefined
  let takes = true
  const sink = {
    write(bytes: Uint8Array | string): boolean {
      written.push(bytes.toString())
      return takes
    },
    onDrain(drained: () => void) {
      resume = drained
    },
    end: () => undefined,
  }
  const filter = { box: [0, 30, 50, 40] as const, cases: false, scope: WHOLE_CITY }
  const stop = hub.watch(filter, sink, async () => Promise.resolve(WHOLE_CITY))
  takes = false
  const devices = Array.from({ length: 2_000 }, (_, n) => device(`d-${n}`, 'refuse-truck'))
  const round = (second: number, x: number, before: number): void => {
    for (const of of devices) {
      const state = { device: of, place: at(x), reading: reading(of, NOON + second * 1_000) }
      hub.state(state, at(before))
    }
  }
  round(0, 10, 10)
  await expect.poll(() => written.length, { timeout: 10_000 }).toBe(1)
  expect(written[0]?.length).toBeLessThan(70_000)
  for (let second = 1; second < 50; second += 1) round(second, 10 + second / 10, 10)
  // Another is told meanwhile, and it is not, not a byte.
  const other: string[] = []
  const reads = { ...sink, write: (bytes: Uint8Array | string) => other.push(bytes.toString()) > 0 }
  hub.watch(filter, { ...reads, onDrain: () => undefined }, async () => Promise.resolve(WHOLE_CITY))
  round(50, 15, 14.9)
  await expect.poll(() => other.join('').split('event:').length, { timeout: 10_000 }).toBe(2_001)
  expect(written).toHaveLength(1)
  // All leave what it looks at while it stands still.
  round(51, 60, 15)
  takes = true
  resume()
  const told = (): string[] =>
    written
      .slice(1)
      .join('')
      .split('\n\n')
      .filter((event) => event.startsWith('event:'))
  await expect.poll(() => told().length, { timeout: 10_000 }).toBe(2_000)
  for (const event of told()) expect(event).toContain('"lon_deg":60')
  stop()
  hub.close()
})
