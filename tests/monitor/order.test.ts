import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Episode } from '#model/episode.ts'
import { compareReadings, type Reading } from '#model/reading.ts'
import { seconds } from '#model/time.ts'
import { batchOf, device, reading, rule, startMonitor } from './fixtures.ts'
import { MemoryLedger } from './memory-ledger.ts'

const RULES = [
  rule({ id: 'threshold', when: 'level_mm > 2.0' }),
  rule({
    id: 'hysteresis',
    when: 'tilt_deg > 6.0',
    hold: seconds(20),
    gap: seconds(45),
    clear: 'tilt_deg < 3.0',
    clearHold: seconds(30),
  }),
  rule({ id: 'flag', when: 'lid_open', clear: '!lid_open', clearHold: seconds(15) }),
  rule({
    id: 'change',
    when: 'delta(ch4_pct_lel) > 2.0 || tilt_deg > 8.0',
    clear: 'delta(ch4_pct_lel) <= 1.0',
    clearHold: seconds(20),
  }),
  rule({
    id: 'rising',
    when: "rate(level_mm, '40s') > 150.0 || max(level_mm, '20s') - min(level_mm, '20s') > 3.0",
    clear: "delta(level_mm, '30s') <= 0.0",
    clearHold: seconds(20),
  }),
  rule({
    id: 'often',
    when: "count(lid_open || tilt_deg > 7.0, '1m') >= 3 && mean(tilt_deg, '1m') > 4.0",
    hold: seconds(10),
    clear: "count(tilt_deg > 7.0, '90s') == 0",
  }),
]

const DEVICES = [device('a'), device('b')]

/** Few instants and few values, so that equal times, edges and crossings are common. */
const someReading = fc
  .record({
    of: fc.constantFrom(...DEVICES),
    at: fc.integer({ min: 0, max: 60 }).map((step) => step * 7),
    seq: fc.integer({ min: 0, max: 1 }),
    level_mm: fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined }),
    tilt_deg: fc.option(fc.integer({ min: 0, max: 10 }), { nil: undefined }),
    lid_open: fc.option(fc.boolean(), { nil: undefined }),
    ch4_pct_lel: fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined }),
  })
  .map(({ of, at, seq, ...channels }) => {
    const present = Object.entries(channels).filter(([, value]) => value !== undefined)
    return reading(of, at, Object.fromEntries(present) as Record<string, number>, seq)
  })

// Left to itself fast-check would nearly always take a handful.
const someSet = fc.integer({ min: 1, max: 60 }).chain((length) =>
  fc.uniqueArray(someReading, {
    minLength: length,
    maxLength: length,
    selector: (item) => `${item.device.id} ${item.measuredAt} ${item.seq}`,
  }),
)

const essence = (episodes: readonly Episode[]) =>
  episodes
    .map(({ deviceId, ruleId, startedAt, confirmedAt, endedAt, clearedAt, evidence }) =>
      JSON.stringify({ deviceId, ruleId, startedAt, confirmedAt, endedAt, clearedAt, evidence }),
    )
    .sort()

async function foldAtOnce(readings: readonly Reading[]) {
  const ledger = new MemoryLedger()
  const monitor = await startMonitor(ledger, RULES)
  await monitor.process(batchOf(readings.toSorted(compareReadings)))
  return ledger
}

test('episodes depend on what was measured, not on order, batches, repeats, cuts and restarts', async () => {
  const history = fc.record({
    readings: someSet,
    arrival: fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
    repeats: fc.array(fc.nat(), { maxLength: 20 }),
    sizes: fc.infiniteStream(fc.integer({ min: 1, max: 12 })),
    restarts: fc.infiniteStream(fc.boolean()),
    mishaps: fc.infiniteStream(fc.constantFrom('none', 'none', 'none', 'before', 'after')),
  })
  await fc.assert(
    fc.asyncProperty(history, async ({ readings, arrival, repeats, sizes, restarts, mishaps }) => {
      const expected = await foldAtOnce(readings)
      const doubled = [...readings, ...repeats.map((n) => readings[n % readings.length] as Reading)]
      const arriving = doubled
        .map((item) => ({ item, at: arrival.next().value as number }))
        .sort((a, b) => a.at - b.at)
        .map(({ item }) => item)

      const ledger = new MemoryLedger()
      ledger.mishap = () => mishaps.next().value as 'none' | 'before' | 'after'
      let monitor = await startMonitor(ledger, RULES)
      while (arriving.length > 0) {
        await monitor.process(batchOf(arriving.splice(0, sizes.next().value as number)))
        if (restarts.next().value) monitor = await startMonitor(ledger, RULES)
      }

      expect(essence(ledger.standing)).toEqual(essence(expected.standing))
      expect(ledger.duplicates).toBe(repeats.length)
    }),
    { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 10_000) },
  )
}, 300_000)
