import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ChannelValue } from '#model/channel.ts'
import { readingTable } from '#model/kind.ts'
import { findKind, KINDS } from '#model/kinds.ts'
import { compareReadings, type Reading, type StoredReading } from '#model/reading.ts'
import { epochMs } from '#model/time.ts'
import { ALL, CommitterHarness } from './committer-harness.ts'
import { commit, device, NOON, reading } from './fixtures.ts'

const NATIVE_ONLY = 'only without TimescaleDB'
const cover = device('cover-1')
const store = new CommitterHarness()

const stored = ({ device, ...rest }: Reading): StoredReading => {
  expect(device).toBeDefined()
  return rest
}

test('readings come back as they were written, also one without any channel', async () => {
  const readings = [
    reading(cover, NOON, { tilt_deg: 3.5, lid_open: false, vibration_count: 7 }, { seq: 2 }),
    reading(cover, NOON + 1, {}, { serverClock: true }),
    reading(cover, NOON + 2, { rssi_dbm: -90 }, { extra: { wind: { ms: 3 }, note: '深 "q"' } }),
  ]
  const outcome = await store.committer.commit(commit(store.next, { readings }))
  expect(outcome).toEqual({ stored: 3, duplicates: 0, cases: [] })
  const found = await store.history.from(cover, ALL, 10)
  expect(found).toEqual(readings.map(stored))
})

const anyNumber = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(-0, 5e-324, Number.MAX_VALUE, 0.1, 1 / 3, Infinity, -Infinity, Number.NaN),
)
const anyValue = {
  number: anyNumber,
  integer: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  boolean: fc.boolean(),
} as const

for (const kind of KINDS) {
  test(`a ${kind.name} reading comes back bit for bit`, async () => {
    const of = device(`any-${kind.name}`, kind.name)
    const values = fc.tuple(
      ...kind.channels.map(({ type }) =>
        fc.option<ChannelValue, undefined>(anyValue[type] as fc.Arbitrary<ChannelValue>, {
          nil: undefined,
        }),
      ),
    )
    const anyReading = fc.record({
      device: fc.constant(of),
      measuredAt: fc.integer({ min: 0, max: NOON }).map(epochMs),
      seq: fc.oneof(fc.maxSafeNat(), fc.constantFrom(0, 2 ** 31, 2 ** 32, 2 ** 53 - 1)),
      receivedAt: fc.integer({ min: -1e11, max: 9e12 }).map(epochMs),
      serverClock: fc.boolean(),
      values,
      extra: fc.option(
        fc.dictionary(
          fc.string({ minLength: 1, unit: 'grapheme' }).filter((key) => !key.includes('\0')),
          fc.oneof(fc.integer(), fc.boolean(), fc.constant(null), fc.constant('管网')),
          { noNullPrototype: true },
        ),
      ),
    })
    const { measuredAt: weeks } = reading(of, NOON)
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(anyReading, {
          minLength: 1,
          maxLength: 60,
          selector: ({ measuredAt, seq }) => `${measuredAt % 86_400_000} ${seq}`,
        }),
        async (given) => {
          // A few weeks, so that the property does not make a thousand partitions.
          const readings = given.map((one) => ({
            ...one,
            measuredAt: epochMs(weeks - (one.measuredAt % 86_400_000) * 20),
          }))
          await store.query(`DELETE FROM ${readingTable(kind)}`)
          const outcome = await store.committer.commit(commit(store.next, { readings }))
          expect(outcome.stored).toBe(readings.length)
          const found = await store.history.from(of, ALL, 1_000)
          const expected = readings.map(stored).sort(compareReadings)
          expect(found).toStrictEqual(expected)
        },
      ),
      { numRuns: 15 },
    )
  })
}

test('a reading that comes again is counted and the first one stays', async () => {
  const first = reading(cover, NOON, { tilt_deg: 1 })
  await store.committer.commit(commit(store.next, { readings: [first] }))
  const again = [reading(cover, NOON, { tilt_deg: 2 }), reading(cover, NOON + 1, { tilt_deg: 3 })]
  const outcome = await store.committer.commit(commit(store.next, { readings: again }))
  expect(outcome).toEqual({ stored: 1, duplicates: 1, cases: [] })
  const found = await store.history.from(cover, ALL, 10)
  expect(found.map(({ values }) => values[0])).toEqual([1, 3])
})

test('of repeats within one batch the first arrival wins', async () => {
  const truck = device('truck-1', 'refuse-truck')
  const readings = [
    reading(truck, NOON, { speed_kmh: 10 }),
    reading(cover, NOON, { tilt_deg: 1 }),
    reading(truck, NOON, { speed_kmh: 20 }),
    reading(truck, NOON, { speed_kmh: 30 }, { seq: 1 }),
    reading(cover, NOON, { tilt_deg: 2 }),
  ]
  const outcome = await store.committer.commit(commit(store.next, { readings }))
  expect(outcome).toEqual({ stored: 3, duplicates: 2, cases: [] })
  const speed = findKind('refuse-truck')?.channels.findIndex(({ name }) => name === 'speed_kmh')
  const found = await store.history.from(truck, ALL, 10)
  expect(found.map(({ values }) => values[speed ?? -1])).toEqual([10, 30])
})

test('any mix of new, repeated and reordered batches leaves exactly what was measured', async () => {
  const anyBatch = fc.array(fc.nat({ max: 40 }), { minLength: 1, maxLength: 30 })
  await fc.assert(
    fc.asyncProperty(fc.array(anyBatch, { minLength: 1, maxLength: 12 }), async (batches) => {
      await store.query(`DELETE FROM ${readingTable(KINDS[0] as never)}`)
      const seen = new Set<number>()
      for (const batch of batches) {
        const readings = batch.map((at) => reading(cover, NOON + at, { tilt_deg: at }))
        const { stored, duplicates } = await store.committer.commit(
          commit(store.next, { readings }),
        )
        const before = seen.size
        for (const at of batch) seen.add(at)
        expect(stored).toBe(seen.size - before)
        expect(duplicates).toBe(batch.length - stored)
      }
      expect(await store.count('reading_manhole_cover')).toBe(seen.size)
    }),
    { numRuns: 20 },
  )
})

test('readings of other years find their partition', async () => {
  const years = [1999, 2017, 2024, 2025]
  const readings = years.map((year) => reading(cover, Date.UTC(year, 5, 1), { level_mm: year }))
  const outcome = await store.committer.commit(commit(store.next, { readings }))
  expect(outcome.stored).toBe(4)
  const found = await store.history.from(cover, ALL, 10)
  expect(found.map(({ values }) => values[2])).toEqual(years)
})

test('a partition that somebody dropped is made again', async ({ skip }) => {
  skip(store.fresh.database.timescale, NATIVE_ONLY)
  const readings = [reading(cover, Date.UTC(2015, 0, 1), { tilt_deg: 1 })]
  await store.committer.commit(commit(store.next, { readings }))
  for (const round of [1, 2]) {
    await store.query('DROP TABLE reading_manhole_cover_p20150101')
    const outcome = await store.committer.commit(commit(store.next, { readings }))
    expect(outcome).toEqual({ stored: 1, duplicates: 0, cases: [] })
    // The second time the batch goes through staging, for repeats are expected then.
    const again = await store.committer.commit(commit(store.next, { readings }))
    expect([round, again.duplicates]).toEqual([round, 1])
  }
})
