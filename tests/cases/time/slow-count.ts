import type { LimitUnit } from '#model/limit.ts'
import { WEEKDAYS, type Weekday } from '#model/schedule.ts'
import type { MinuteSpan } from '#model/wall-clock-spans.ts'
import type { WorkCalendar } from '#model/work-calendar.ts'
import type { WorkPeriods } from '#model/work-periods.ts'

/** A city whose working time is counted second by second. */
export interface SlowCity {
  readonly periods: WorkPeriods
  readonly calendar: WorkCalendar
  readonly timeZone: string
}

const SECOND = 1_000
const QUARTER = 900_000
const DAY = 86_400_000

/** One second that counts, or none that does. */
type Counts = (second: number) => boolean

/**
 * Whether seconds count, each by what the wall clock shows in it, the date it has and what calendar
 * and periods say of that date; nothing is shared with what it is held against.
 */
export function secondsOf(city: SlowCity, unit: LimitUnit): Counts {
  if (unit === 'continuous-hour' || unit === 'calendar-day') return () => true
  const holidays = new Set(city.calendar.holidays)
  const makeUpDays = new Set(city.calendar.makeUpDays)
  const offsetAt = offsetsOf(city.timeZone)
  // Looked up once a quarter of an hour and once a day, for the sake of speed.
  let [quarter, offset, today] = [Number.NaN, 0, Number.NaN]
  let periods: readonly MinuteSpan[] = []

  function periodsOf(day: number): readonly MinuteSpan[] {
    const date = new Date(day * DAY)
    const text = date.toISOString().slice(0, 10)
    if (makeUpDays.has(text)) return city.periods.makeUp
    if (holidays.has(text)) return []
    return city.periods[WEEKDAYS[(date.getUTCDay() + 6) % 7] as Weekday]
  }

  return (second) => {
    if (Math.floor(second / QUARTER) !== quarter) {
      quarter = Math.floor(second / QUARTER)
      offset = offsetAt(second)
    }
    const wall = second + offset
    const day = Math.floor(wall / DAY)
    if (day !== today) {
      today = day
      periods = periodsOf(day)
    }
    const minute = Math.floor((wall - day * DAY) / 60_000)
    for (const { from, to } of periods) if (minute >= from && minute < to) return true
    return false
  }
}

const offsets = new Map<string, Map<number, number>>()

/** No zone of these years changes its clocks but at a full quarter of an hour. */
function offsetsOf(timeZone: string): (at: number) => number {
  const known = offsets.get(timeZone) ?? new Map<number, number>()
  offsets.set(timeZone, known)
  const clock = new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'medium',
  })
  return (at) => {
    const quarter = Math.floor(at / QUARTER)
    const offset =
      known.get(quarter) ??
      Date.parse(`${clock.format(quarter * QUARTER).replace(' ', 'T')}Z`) - quarter * QUARTER
    known.set(quarter, offset)
    return offset
  }
}

/** How many milliseconds of seconds that count lie between two instants, the first the earlier. */
export function slowBetween(counts: Counts, from: number, to: number): number {
  let sum = 0
  for (let second = Math.floor(from / SECOND) * SECOND; second < to; second += SECOND) {
    if (counts(second)) sum += Math.min(second + SECOND, to) - Math.max(second, from)
  }
  return sum
}

/** The first instant at which so many milliseconds, more than none, have been counted. */
export function slowAfter(counts: Counts, from: number, span: number): number {
  let left = span
  for (let second = Math.floor(from / SECOND) * SECOND; ; second += SECOND) {
    if (!counts(second)) continue
    const begin = Math.max(second, from)
    if (begin + left <= second + SECOND) return begin + left
    left -= second + SECOND - begin
  }
}

/** The last instant from which so many milliseconds, more than none, are counted until `to`. */
export function slowBefore(counts: Counts, to: number, span: number): number {
  let left = span
  for (let second = Math.floor((to - 1) / SECOND) * SECOND; ; second -= SECOND) {
    if (!counts(second)) continue
    const end = Math.min(second + SECOND, to)
    if (end - left >= second) return end - left
    left -= end - second
  }
}
