import fc from 'fast-check'
import { test } from 'vitest'
import type { Rule } from '#model/rule.ts'
import { seconds } from '#model/time.ts'
import { device, reading, rule } from '#tests/monitor/fixtures.ts'
import { keepsItsPromise, LONG, someReadings } from './story.ts'

const OUTCOME = { case: 'part', condition: 'missing-or-displaced', class: '0103' } as const

/** Every combination of a hold, a gap, a clear condition of its own, a hold of that, a cooldown. */
const combinations = (): readonly Partial<Rule>[] =>
  Array.from({ length: 32 }, (_, bits) => ({
    id: `rule-${bits}`,
    hold: seconds(bits & 1 ? 21 : 0),
    gap: seconds(bits & 2 ? 14 : 35),
    clear: bits & 4 ? 'tilt_deg < 2.0' : '!(tilt_deg > 3.0)',
    clearHold: seconds(bits & 8 ? 14 : 0),
    cooldown: seconds(bits & 16 ? 42 : 0),
  }))

const RULES = combinations().map((each, index) =>
  rule({
    id: `rule-${index}`,
    when: 'tilt_deg > 3.0',
    outcome: index % 3 === 0 ? OUTCOME : { case: 'none' },
    ...each,
  }),
)

const DEVICE = device('a')

/** The channel that is looked at is there in so many of a hundred readings. */
const someReading = (present: number) =>
  fc
    .record({
      at: fc.nat(40),
      seq: fc.nat(1),
      tilt_deg: fc.oneof(
        { arbitrary: fc.nat(5), weight: present },
        { arbitrary: fc.constant(undefined), weight: 100 - present },
      ),
    })
    .map(({ at, seq, ...values }) => reading(DEVICE, at * 7, values, seq))

test(
  'hold, gap, clear condition, its hold and cooldown go together in any order',
  async () => {
    await keepsItsPromise(someReadings(someReading(85), { most: 28 }), { rules: RULES })
  },
  LONG,
)

test(
  'so they do where most readings say nothing',
  async () => {
    await keepsItsPromise(someReadings(someReading(20), { most: 28 }), { rules: RULES })
  },
  LONG,
)
