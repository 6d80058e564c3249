import fc from 'fast-check'
import { test } from 'vitest'
import type { Reading } from '#model/reading.ts'
import { seconds } from '#model/time.ts'
import { device, reading, rule } from '#tests/monitor/fixtures.ts'
import { keepsItsPromise, LONG, someReadings } from './story.ts'

const OUTCOME = { case: 'part', condition: 'missing-or-displaced', class: '0103' } as const
const RULES = [
  rule({ id: 'threshold', when: 'level_mm > 2.0', outcome: OUTCOME }),
  rule({
    id: 'hysteresis',
    when: 'tilt_deg > 6.0',
    hold: seconds(20),
    gap: seconds(45),
    clear: 'tilt_deg < 3.0',
    clearHold: seconds(30),
    outcome: OUTCOME,
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
const someReading: fc.Arbitrary<Reading> = fc
  .record({
    of: fc.constantFrom(...DEVICES),
    at: fc.integer({ min: 0, max: 60 }).map((step) => step * 7),
    seq: fc.integer({ min: 0, max: 1 }),
    level_mm: fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined }),
    tilt_deg: fc.option(fc.integer({ min: 0, max: 10 }), { nil: undefined }),
    lid_open: fc.option(fc.boolean(), { nil: undefined }),
    ch4_pct_lel: fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined }),
  })
  .map(({ of, at, seq, ...values }) => reading(of, at, values, seq))

test(
  'episodes depend on what was measured, not on order, batches, repeats, cuts and restarts',
  async () => {
    await keepsItsPromise(someReadings(someReading), { rules: RULES })
  },
  LONG,
)
