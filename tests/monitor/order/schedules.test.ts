import fc from 'fast-check'
import { test } from 'vitest'
import type { TimeWindow } from '#model/schedule.ts'
import { hours, minutes } from '#model/time.ts'
import { CITY_DATA, device, reading, rule } from '#tests/monitor/fixtures.ts'
import { keepsItsPromise, LONG, someReadings } from './story.ts'

const window = (from: number, to: number): TimeWindow => ({ days: null, from, to })

// Readings begin at 08:00 of the city; all edges fall among them.
const HOURS = {
  windows: [window(8 * 60 + 30, 9 * 60), window(10 * 60, 11 * 60), window(22 * 60, 8 * 60 + 10)],
  seasons: null,
}
const data = {
  ...CITY_DATA,
  schedules: [
    {
      id: 'rounds',
      title: { en: 'rounds', zh: '巡查' },
      windows: [window(8 * 60, 11 * 60 + 20)],
      seasons: null,
    },
  ],
}

const OUTCOME = { case: 'part', condition: 'missing-or-displaced', class: '0103' } as const
const RULES = [
  rule({
    id: 'in-hours',
    schedule: { not: false, schedule: HOURS },
    when: 'level_mm > 2.0',
    outcome: OUTCOME,
  }),
  rule({
    id: 'off-hours',
    schedule: { not: true, schedule: HOURS },
    when: 'tilt_deg > 4.0',
    hold: minutes(20),
    gap: minutes(30),
    clear: 'tilt_deg < 2.0',
    clearHold: minutes(20),
    outcome: OUTCOME,
  }),
  rule({
    id: 'on-rounds',
    schedule: { not: false, schedule: 'rounds' },
    when: "delta(level_mm) > 1.0 || max(tilt_deg, '1h') > 5.0",
    cooldown: hours(1),
  }),
  rule({
    id: 'off-rounds',
    schedule: { not: true, schedule: 'rounds' },
    when: 'level_mm > 1.0',
    levels: [{ when: 'level_mm > 3.0', severity: 'critical' }],
    clear: 'level_mm < 1.0',
    clearHold: minutes(10),
  }),
]

const DEVICES = [device('a'), device('b')]
const someReading = fc
  .record({
    of: fc.constantFrom(...DEVICES),
    at: fc.nat(48),
    seq: fc.nat(1),
    level_mm: fc.option(fc.nat(4), { nil: undefined }),
    tilt_deg: fc.option(fc.nat(7), { nil: undefined }),
  })
  .map(({ of, at, seq, ...values }) => reading(of, at * 300, values, seq))

test(
  'hours whose edges fall among the readings leave the order without meaning',
  async () => {
    await keepsItsPromise(someReadings(someReading), { rules: RULES, data })
  },
  LONG,
)
