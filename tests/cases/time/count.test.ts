import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addUnitTime, deadlineAfter, limitSpan, unitTimeBetween } from '#cases/time/deadline.ts'
import { workTime } from '#cases/time/work-time.ts'
import { LIMIT_UNITS } from '#model/limit.ts'
import { epochMs, milliseconds } from '#model/time.ts'
import type { MinuteSpan } from '#model/wall-clock-spans.ts'
import type { WorkCalendar } from '#model/work-calendar.ts'
import {
  DEFAULT_PERIODS,
  PERIOD_DAYS,
  periodFaults,
  type WorkPeriods,
} from '#model/work-periods.ts'
import { propertyRuns } from '#tests/support/property-runs.ts'
import { type SlowCity, secondsOf, slowAfter, slowBefore, slowBetween } from './slow-count.ts'

const RUNS = propertyRuns(100)
const SEED = Number(process.env['PROPERTY_SEED'] ?? Date.now() % 2 ** 31)
const LONG = 600_000
fc.configureGlobal({ seed: SEED })
console.info(`${RUNS} random spans of each property, PROPERTY_SEED=${SEED}`)

const HOUR = 3_600_000
const DAY = 24 * HOUR
const ZONES = [
  'Asia/Shanghai',
  'Europe/Berlin',
  'America/St_Johns',
  'Australia/Lord_Howe',
  'Africa/Casablanca',
  'Pacific/Apia',
] as const

/** The clocks of Berlin, St. John's and Lord Howe change, Apia leaves out a day, years change. */
const MOMENTS = [
  Date.UTC(2026, 2, 29, 1),
  Date.UTC(2026, 9, 25, 1),
  Date.UTC(2026, 2, 8, 5),
  Date.UTC(2026, 3, 4, 15),
  Date.UTC(2026, 1, 18, 2),
  Date.UTC(2011, 11, 30, 10),
  Date.UTC(2025, 11, 31, 16),
  Date.UTC(2026, 9, 1),
]

const minute = fc.oneof(
  fc.nat(96).map((quarter) => quarter * 15),
  fc.nat(1_440),
)
/** Up to three periods, some of which touch. */
const dayPeriods: fc.Arbitrary<readonly MinuteSpan[]> = fc
  .uniqueArray(minute, { minLength: 0, maxLength: 4 })
  .map((minutes) => minutes.toSorted((one, other) => one - other))
  .map((edges) =>
    edges.length === 3
      ? [spanOf(edges[0], edges[1]), spanOf(edges[1], edges[2])]
      : [spanOf(edges[0], edges[1]), spanOf(edges[2], edges[3])],
  )
  .map((spans) => spans.filter(({ from, to }) => from < to))
const spanOf = (from = 0, to = 0): MinuteSpan => ({ from, to })

const somePeriods: fc.Arbitrary<WorkPeriods> = fc
  .tuple(...PERIOD_DAYS.map(() => dayPeriods))
  .map((all) => Object.fromEntries(PERIOD_DAYS.map((day, index) => [day, all[index]])))
  .map((periods) => periods as unknown as WorkPeriods)
  .filter((periods) => periodFaults(periods).length === 0)

interface Trial {
  readonly city: SlowCity
  readonly from: number
  /** At most ten days after it; mostly one, for the sake of speed. */
  readonly to: number
}

const dayText = (at: number): string => new Date(at).toISOString().slice(0, 10)

const someTrial: fc.Arbitrary<Trial> = fc
  .record({
    moment: fc.constantFrom(...MOMENTS),
    off: fc.integer({ min: -3 * DAY, max: 3 * DAY }),
    span: fc.oneof(
      { arbitrary: fc.nat(DAY), weight: 6 },
      { arbitrary: fc.nat(3 * DAY), weight: 3 },
      { arbitrary: fc.nat(10 * DAY), weight: 1 },
    ),
    grain: fc.constantFrom(1, 1_000, 60_000, HOUR / 4),
    timeZone: fc.constantFrom(...ZONES),
    periods: fc.oneof(somePeriods, fc.constant(DEFAULT_PERIODS)),
    sorts: fc.array(fc.constantFrom('none', 'none', 'holiday', 'make-up'), {
      minLength: 20,
      maxLength: 20,
    }),
  })
  .map(({ moment, off, span, grain, timeZone, periods, sorts }) => {
    const from = Math.floor((moment + off) / grain) * grain
    const days = sorts.map((sort, index) => ({ sort, day: dayText(from + (index - 5) * DAY) }))
    const of = (wanted: string) => days.filter(({ sort }) => sort === wanted).map(({ day }) => day)
    const calendar: WorkCalendar = {
      holidays: of('holiday'),
      makeUpDays: of('make-up'),
      knownFromYear: 2026,
      knownUntilYear: 2026,
    }
    const city = { periods, calendar, timeZone }
    return { city, from, to: from + Math.floor(span / grain) * grain }
  })

describe.each(LIMIT_UNITS)('in a %s', (unit) => {
  test(
    'what lies between two instants is what a count of the seconds finds',
    () => {
      fc.assert(
        fc.property(someTrial, ({ city, from, to }) => {
          const time = workTime(city)
          const counted = slowBetween(secondsOf(city, unit), from, to)
          expect(unitTimeBetween(epochMs(from), epochMs(to), unit, time)).toBe(counted)
          expect(unitTimeBetween(epochMs(to), epochMs(from), unit, time)).toBe(0 - counted)
        }),
        { numRuns: RUNS },
      )
    },
    LONG,
  )

  test(
    'a span ends at the second at which a count of the seconds has reached it',
    () => {
      const share = fc.oneof(fc.constant(1), fc.double({ min: 0, max: 1, noNaN: true }))
      fc.assert(
        fc.property(someTrial, share, ({ city, from, to }, share) => {
          const time = workTime(city)
          const counts = secondsOf(city, unit)
          const span = Math.ceil(slowBetween(counts, from, to) * share)
          fc.pre(span > 0)
          const end = addUnitTime(epochMs(from), milliseconds(span), unit, time)
          expect(end).toBe(slowAfter(counts, from, span))
          expect(unitTimeBetween(epochMs(from), end, unit, time)).toBe(span)
          const start = addUnitTime(epochMs(to), milliseconds(-span), unit, time)
          expect(start).toBe(slowBefore(counts, to, span))
          expect(unitTimeBetween(start, epochMs(to), unit, time)).toBe(span)
        }),
        { numRuns: RUNS },
      )
    },
    LONG,
  )

  test('spans of any length are found again between their ends', () => {
    const span = fc.integer({ min: -400 * DAY, max: 400 * DAY })
    fc.assert(
      fc.property(someTrial, span, ({ city, from }, span) => {
        const time = workTime(city)
        const end = addUnitTime(epochMs(from), milliseconds(span), unit, time)
        expect(unitTimeBetween(epochMs(from), end, unit, time)).toBe(span)
      }),
      { numRuns: Math.ceil(RUNS / 20) },
    )
  })
})

test(
  'limits of any amount, parts of one among them, end where a count of the seconds ends',
  () => {
    const limits = fc.record({
      amount: fc.oneof(
        fc.constantFrom(0.25, 0.5, 1, 1.5, 2),
        fc.double({ min: 0.01, max: 3, noNaN: true }),
      ),
      unit: fc.constantFrom(...LIMIT_UNITS),
    })
    const dayHours = fc.constantFrom(4, 7, 7.5, 8, 24)
    fc.assert(
      fc.property(someTrial, limits, dayHours, ({ city, from }, limit, hoursPerWorkingDay) => {
        const time = workTime({ ...city, hoursPerWorkingDay })
        const span = limitSpan(limit, time)
        const worth = { 'working-day': hoursPerWorkingDay, 'calendar-day': 24 } as const
        const hours = limit.unit in worth ? worth[limit.unit as keyof typeof worth] : 1
        expect(span).toBe(Math.round(limit.amount * hours * HOUR))
        const counts = secondsOf(city, limit.unit)
        fc.pre(slowBetween(counts, from, from + 5 * DAY) >= span)
        expect(deadlineAfter(epochMs(from), limit, time)).toBe(slowAfter(counts, from, span))
      }),
      { numRuns: RUNS },
    )
  },
  LONG,
)
