import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DAY_SORTS, type DaySort, type Schedule, type TimeWindow } from '#model/schedule.ts'
import { epochMs } from '#model/time.ts'
import { CHINESE_CALENDAR } from '#model/work-calendar.ts'
import { compileSchedule } from '#rules/schedule/compile-schedule.ts'
import { propertyRuns } from '#tests/support/property-runs.ts'

const MINUTE = 60_000
const HOLIDAYS = new Set(CHINESE_CALENDAR.holidays)
const MAKE_UP_DAYS = new Set(CHINESE_CALENDAR.makeUpDays)
const ZONES = [
  'Asia/Shanghai',
  'Europe/Berlin',
  'America/St_Johns',
  'Africa/Casablanca',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'UTC',
]
const clocks = new Map(
  ZONES.map((timeZone) => [
    timeZone,
    new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
    }),
  ]),
)

/** The answer by the wall clock of one instant and nothing else. */
function oracle({ windows, seasons }: Schedule, timeZone: string, at: number): boolean {
  const clock = clocks.get(timeZone)?.format(at) ?? ''
  const [month = '', day = '', year = '', hour, minute] = clock.match(/\d+/g) ?? []
  const minutes = Number(hour) * 60 + Number(minute)
  const today = `${year}-${month}-${day}`
  const yesterday = new Date(Date.parse(today) - 86_400_000).toISOString().slice(0, 10)
  const inWindow = windows.some(({ days, from, to }) =>
    from < to
      ? isFor(days, today) && minutes >= from && minutes < to
      : (isFor(days, today) && minutes >= from) || (isFor(days, yesterday) && minutes < to),
  )
  const date = `${month}-${day}`
  const inSeason =
    seasons === null ||
    seasons.some(({ from, to }) =>
      from <= to ? date >= from && date <= to : date >= from || date <= to,
    )
  return inWindow && inSeason
}

function isFor(days: readonly DaySort[] | null, day: string): boolean {
  if (days === null) return true
  const weekday = new Date(day).toUTCString().slice(0, 3).toLowerCase()
  const weekend = weekday === 'sat' || weekday === 'sun'
  const worked = !HOLIDAYS.has(day) && (!weekend || MAKE_UP_DAYS.has(day))
  return days.includes(weekday as DaySort) || days.includes(worked ? 'workday' : 'restday')
}

const quarter = fc.nat(95).map((index) => index * 15)
const window = fc.record<TimeWindow>({
  days: fc.option(fc.subarray([...DAY_SORTS], { minLength: 1 })),
  from: fc.oneof(quarter, fc.nat(1_439)),
  to: fc.oneof(quarter, fc.nat(1_439)).map((minute) => minute || 1_440),
})
const yearDay = fc
  .record({ month: fc.integer({ min: 1, max: 12 }), day: fc.integer({ min: 1, max: 28 }) })
  .map(({ month, day }) => `${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`)
const season = fc.record({ from: fc.oneof(yearDay, fc.constant('02-29')), to: yearDay })
const schedules = fc.record<Schedule>({
  windows: fc.array(window, { minLength: 1, maxLength: 4 }),
  seasons: fc.option(fc.array(season, { minLength: 1, maxLength: 2 })),
})

/** Holidays, changed clocks and New Year are where mistakes would be. */
const instants = fc
  .oneof(
    { arbitrary: fc.integer({ min: Date.UTC(2004, 0), max: Date.UTC(2028, 0) }), weight: 3 },
    {
      arbitrary: fc
        .record({
          near: fc.constantFrom(
            Date.UTC(2026, 2, 29, 1),
            Date.UTC(2026, 9, 25, 1),
            Date.UTC(2026, 1, 14),
            Date.UTC(2026, 9, 1),
            Date.UTC(2025, 11, 31, 16),
            Date.UTC(2026, 1, 15, 2),
            Date.UTC(2026, 3, 4, 15),
            Date.UTC(2011, 11, 30, 10),
          ),
          off: fc.integer({ min: -40 * 3_600_000, max: 40 * 3_600_000 }),
        })
        .map(({ near, off }) => near + off),
      weight: 2,
    },
  )
  .map((at) => Math.floor(at / MINUTE) * MINUTE)

test('a schedule answers for every minute what the wall clock of that minute says', () => {
  const step = fc.constantFrom(1, 1, 7, 61, 997)
  const zone = fc.constantFrom(...ZONES)
  fc.assert(
    fc.property(schedules, zone, instants, step, (schedule, timeZone, begin, step) => {
      const { applies } = compileSchedule(schedule, CHINESE_CALENDAR, timeZone)
      for (let index = 0; index < 60; index++) {
        // Back and forth, so that no answer rests on the order of the questions.
        const at = begin + (index % 2 === 0 ? index : 60 - index) * step * MINUTE
        const expected = oracle(schedule, timeZone, at)
        if (applies(epochMs(at)) !== expected || applies(epochMs(at + MINUTE - 1)) !== expected) {
          expect.fail(`${new Date(at).toISOString()} in ${timeZone} is ${!expected}`)
        }
      }
    }),
    { numRuns: propertyRuns(1_000) },
  )
})

test('a stretch is as long as it can be, and of one answer', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true })
  const zone = fc.constantFrom(...ZONES)
  fc.assert(
    fc.property(schedules, zone, instants, share, (schedule, timeZone, at, share) => {
      const { stretchAt } = compileSchedule(schedule, CHINESE_CALENDAR, timeZone)
      const { applies, from, until } = stretchAt(epochMs(at))
      const ask = (instant: number): boolean => oracle(schedule, timeZone, instant)
      expect(applies).toBe(ask(at))
      const [begin, end] = [from ?? at - 800 * 86_400_000, until ?? at + 800 * 86_400_000]
      expect(begin <= at && at < end).toBe(true)
      expect([begin, begin + Math.floor((end - 1 - begin) * share), end - 1].map(ask)).toEqual([
        applies,
        applies,
        applies,
      ])
      if (from !== null) expect(ask(from - 1)).toBe(!applies)
      if (until !== null) expect(ask(until)).toBe(!applies)
      if (until !== null) expect(stretchAt(until).from).toBe(until)
    }),
    { numRuns: propertyRuns(500) },
  )
})
