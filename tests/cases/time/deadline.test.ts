import { describe, expect, test } from 'vitest'
import { addUnitTime, deadlineAfter, limitSpan, unitTimeBetween } from '#cases/time/deadline.ts'
import { workTime } from '#cases/time/work-time.ts'
import {
  type EpochMs,
  formatInstant,
  hours,
  milliseconds,
  parseInstant,
  plus,
} from '#model/time.ts'
import { CHINESE_CALENDAR } from '#model/work-calendar.ts'
import { DEFAULT_PERIODS } from '#model/work-periods.ts'
import { BEFORE_DEADLINES } from './table/before-deadlines.ts'
import { EXTENSIONS } from './table/extensions.ts'
import { NATURAL_TIME } from './table/natural-time.ts'
import { ORDINARY_DAYS, ORDINARY_HOURS } from './table/ordinary-weeks.ts'
import { PARKINGS } from './table/parkings.ts'
import { YEAR_2025 } from './table/year-2025.ts'
import { YEAR_2026 } from './table/year-2026.ts'

const time = workTime({
  periods: DEFAULT_PERIODS,
  calendar: CHINESE_CALENDAR,
  timeZone: 'Asia/Shanghai',
})

/** An instant by the wall clock in China, with or without seconds. */
function at(text: string): EpochMs {
  const [day, clock = ''] = text.split(' ')
  const instant = parseInstant(`${day}T${clock.length === 5 ? `${clock}:00` : clock}+08:00`)
  if (instant === undefined) throw new Error(`${text} is no instant`)
  return instant
}

function wallClock(instant: EpochMs): string {
  const text = formatInstant(plus(instant, hours(8)))
    .slice(0, 19)
    .replace('T', ' ')
  return text.endsWith(':00') ? text.slice(0, -3) : text
}

describe.each([
  ['working hours of ordinary weeks', ORDINARY_HOURS],
  ['working days of ordinary weeks', ORDINARY_DAYS],
  ['natural time', NATURAL_TIME],
  ['the holidays of 2025', YEAR_2025],
  ['the holidays of 2026', YEAR_2026],
] as const)('%s', (_, rows) => {
  test.each(rows)('from %s a limit of %d %s ends at %s: %s', (start, amount, unit, deadline) => {
    expect(wallClock(deadlineAfter(at(start), { amount, unit }, time))).toBe(deadline)
    expect(unitTimeBetween(at(start), at(deadline), unit, time)).toBe(
      limitSpan({ amount, unit }, time),
    )
  })
})

describe('extension', () => {
  test.each(EXTENSIONS)(
    'from %s %d %s end at %s, extended at %s, extended again at %s: %s',
    (start, amount, unit, ...deadlines) => {
      const limit = { amount, unit }
      const first = deadlineAfter(at(start), limit, time)
      const second = deadlineAfter(first, limit, time)
      const third = deadlineAfter(second, limit, time)
      expect([first, second, third].map(wallClock)).toEqual(deadlines.slice(0, 3))
    },
  )
})

describe('parking', () => {
  test.each(PARKINGS)(
    'from %s %d %s, parked at %s, resumed at %s, end at %s: %s',
    (start, amount, unit, parkedAt, resumesAt, deadline) => {
      const end = deadlineAfter(at(start), { amount, unit }, time)
      const left = unitTimeBetween(at(parkedAt), end, unit, time)
      expect(wallClock(addUnitTime(at(resumesAt), left, unit, time))).toBe(deadline)
    },
  )
})

describe('before a deadline', () => {
  test.each(BEFORE_DEADLINES)('%s is %d %s before %s: %s', (instant, amount, unit, deadline) => {
    const span = milliseconds(0 - limitSpan({ amount, unit }, time))
    expect(wallClock(addUnitTime(at(deadline), span, unit, time))).toBe(instant)
  })
})

test('the tables have more than two hundred rows', () => {
  const tables = [ORDINARY_HOURS, ORDINARY_DAYS, NATURAL_TIME, YEAR_2025, YEAR_2026]
  const others = [EXTENSIONS, PARKINGS, BEFORE_DEADLINES]
  const rows = [...tables, ...others].reduce((sum, table) => sum + table.length, 0)
  expect(rows).toBeGreaterThan(200)
})
