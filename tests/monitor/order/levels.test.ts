import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seconds } from '#model/time.ts'
import { GRADES_MAX } from '#rules/fold.ts'
import { device, reading, rule } from '#tests/monitor/fixtures.ts'
import { foldedAtOnce, keepsItsPromise, LONG, someReadings } from './story.ts'

const OUTCOME = { case: 'part', condition: 'missing-or-displaced', class: '0103' } as const
const RULES = [
  rule({
    id: 'bands',
    when: 'level_mm > 1.0',
    severity: 'notice',
    levels: [
      { when: 'level_mm > 2.0', severity: 'warning' },
      { when: 'level_mm > 3.0', severity: 'critical' },
    ],
    clear: 'level_mm < 1.0',
    clearHold: seconds(20),
    outcome: OUTCOME,
  }),
  rule({
    id: 'by-another-channel',
    when: 'level_mm > 1.0',
    hold: seconds(14),
    gap: seconds(40),
    levels: [{ when: 'tilt_deg > 4.0', severity: 'critical' }],
    clear: 'level_mm <= 1.0',
    outcome: OUTCOME,
  }),
  rule({
    id: 'milder',
    when: 'tilt_deg > 2.0',
    severity: 'critical',
    levels: [
      { when: 'tilt_deg < 4.0 && level_mm > 1.0', severity: 'notice' },
      { when: 'lid_open', severity: 'warning' },
    ],
    clear: 'tilt_deg <= 1.0',
    clearHold: seconds(30),
    cooldown: seconds(60),
    outcome: OUTCOME,
  }),
  rule({
    id: 'by-change',
    when: 'level_mm > 0.0',
    levels: [
      { when: 'delta(level_mm) > 1.0', severity: 'critical' },
      { when: "count(tilt_deg > 3.0, '1m') >= 2", severity: 'notice' },
    ],
    clear: 'level_mm < 1.0',
    clearHold: seconds(14),
    outcome: OUTCOME,
  }),
]

const DEVICES = [device('a'), device('b')]
const some = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { freq: 2, nil: undefined })
const someReading = fc
  .record({
    of: fc.constantFrom(...DEVICES),
    at: fc.nat(50),
    seq: fc.nat(1),
    level_mm: some(fc.nat(4)),
    tilt_deg: some(fc.nat(6)),
    lid_open: some(fc.boolean()),
  })
  .map(({ of, at, seq, ...values }) => reading(of, at * 7, values, seq))

test(
  'severities that rise and fall come out the same in any order',
  async () => {
    await keepsItsPromise(someReadings(someReading), { rules: RULES })
  },
  LONG,
)

const UP_AND_DOWN = rule({
  id: 'up-and-down',
  when: 'level_mm > 0.0',
  levels: [{ when: 'level_mm > 1.0', severity: 'critical' }],
  clear: 'level_mm < 1.0',
  clearHold: seconds(14),
  outcome: OUTCOME,
})

test(
  'a list of grades that is longer than it may be comes out the same in any order',
  async () => {
    const restless = fc
      .record({
        at: fc.nat(200),
        level_mm: fc.oneof(
          { arbitrary: fc.constantFrom(1, 2), weight: 60 },
          { arbitrary: fc.constantFrom(undefined, 0), weight: 1 },
        ),
      })
      .map(({ at, ...values }) => reading(device('a'), at * 7, values))
    await keepsItsPromise(
      someReadings(restless, { least: 90, most: 140 }),
      { rules: [UP_AND_DOWN] },
      { batch: 50 },
    )
  },
  LONG,
)

test('the list is really longer than it may be in such series', async () => {
  const series = Array.from({ length: 170 }, (_, n) =>
    reading(device('a'), n * 7, { level_mm: 1 + (n % 2) }),
  )
  const { standing } = await foldedAtOnce(series, { rules: [UP_AND_DOWN] })
  expect(standing.map(({ grades }) => grades.length)).toEqual([GRADES_MAX])
})
