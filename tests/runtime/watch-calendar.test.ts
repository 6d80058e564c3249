import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type EpochMs, epochMs, hours } from '#model/time.ts'
import { createLogger } from '#runtime/logger.ts'
import { unknownYears, watchCalendar } from '#runtime/watch-calendar.ts'

const CALENDAR = { holidays: [], makeUpDays: [], knownFromYear: 2004, knownUntilYear: 2026 }

test('a year without known holidays is named, and the next one from November on', () => {
  for (const [today, years] of [
    ['2026-01-01', []],
    ['2026-10-31', []],
    ['2026-11-01', [2027]],
    ['2027-01-01', [2027]],
    ['2027-12-31', [2027, 2028]],
    ['2003-06-01', [2003]],
    ['2003-12-01', [2003]],
  ] as const) {
    expect(unknownYears(CALENDAR, today), today).toEqual(years)
  }
})

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
})
afterEach(() => {
  vi.useRealTimers()
})

test('the log is warned at the start and once on every day of the city', () => {
  // 23:30 in Shanghai.
  let now: EpochMs = epochMs(Date.UTC(2026, 10, 1, 15, 30))
  const warned: unknown[] = []
  let calendar = CALENDAR
  const log = createLogger('fatal')
  log.warn = (what: unknown) => void warned.push(what)
  const parts = { timeZone: 'Asia/Shanghai', clock: { now: () => now }, log }
  const stop = watchCalendar(() => calendar, parts)
  expect(warned).toEqual([{ years: [2027] }])
  const counts = Array.from({ length: 26 }, () => {
    now = epochMs(now + hours(1))
    vi.advanceTimersByTime(hours(1))
    return warned.length
  })
  expect(counts).toEqual([...Array.from({ length: 24 }, () => 2), 3, 3])
  // It is looked at anew every day.
  calendar = { ...CALENDAR, knownUntilYear: 2027 }
  now = epochMs(now + hours(24))
  vi.advanceTimersByTime(hours(1))
  expect(warned).toHaveLength(3)
  calendar = CALENDAR
  stop()
  now = epochMs(now + hours(48))
  vi.advanceTimersByTime(hours(48))
  expect(warned).toHaveLength(3)
})
