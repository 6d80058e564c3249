import { type CityDay, weekdayOf } from '#model/city-day.ts'
import { Rejected } from '#model/error.ts'
import { WEEKDAYS, type Weekday } from '#model/schedule.ts'
import { type DurationMs, days, type EpochMs, epochMs, hours, milliseconds } from '#model/time.ts'
import { type InstantSpan, type MinuteSpan, wallClockSpans } from '#model/wall-clock-spans.ts'
import { specialDays, type WorkCalendar } from '#model/work-calendar.ts'
import {
  checkWorkHours,
  DEFAULT_HOURS_PER_WORKING_DAY,
  type WorkPeriods,
} from '#model/work-periods.ts'

export interface WorkTimeParts {
  readonly periods: WorkPeriods
  readonly calendar: WorkCalendar
  /** A name of the IANA database. */
  readonly timeZone: string
  /** 8 when absent. */
  readonly hoursPerWorkingDay?: number
}

/** The working hours of a city, ready to be counted. It remembers what it worked out, no more. */
export interface WorkTime {
  /** What a working day 工作日 of a limit is worth. */
  readonly workingDay: DurationMs
  readonly isWorking: (at: EpochMs) => boolean
  /** The first instant after `at` at which working hours begin or end; null: none within a year. */
  readonly turnsAt: (at: EpochMs) => EpochMs | null
  /** How much working time lies between two instants; negative when `to` is before `from`. */
  readonly between: (from: EpochMs, to: EpochMs) => DurationMs
  /**
   * The first instant at which so much working time has passed since `from`; with a negative span the
   * last from which so much passes until `from`. Throws Rejected beyond ten years of working time.
   */
  readonly after: (from: EpochMs, span: DurationMs) => EpochMs
}

/** The working time of a span of `PAGE`, in milliseconds. */
interface Page {
  readonly spans: readonly InstantSpan[]
  /** Of this page, before each of its spans. */
  readonly before: readonly number[]
  readonly total: number
}

const PAGE = days(32)
/** Some ninety years. */
const PAGES_MAX = 1_024
/** A year: where nobody works for so long nobody waits for it. */
const TURN_PAGES = 12
/** More than any limit; it ends a walk through a calendar that goes on for ever. */
const SPAN_MAX = days(3_653)

/**
 * Makes working hours ready to be counted. They go by the wall clock of the zone: where the clocks
 * are put forward a period is shorter, where they are put back it is longer.
 *
 * @throws Rejected `invalid-input` when periods overlap or there are none, when the calendar has a
 *   day that is none, or when there is no such zone
 */
export function workTime(parts: WorkTimeParts): WorkTime {
  const { hoursPerWorkingDay = DEFAULT_HOURS_PER_WORKING_DAY } = parts
  checkWorkHours(parts.periods, hoursPerWorkingDay)
  const pageAt = pageReader(parts)

  function between(from: EpochMs, to: EpochMs): DurationMs {
    if (to < from) return milliseconds(0 - between(to, from))
    let worked = workedBefore(pageAt(numberOf(to)), to) - workedBefore(pageAt(numberOf(from)), from)
    for (let number = numberOf(from); number < numberOf(to); number++) {
      worked += pageAt(number).total
    }
    return milliseconds(worked)
  }

  function after(from: EpochMs, span: DurationMs): EpochMs {
    if (span === 0) return from
    if (!(Math.abs(span) <= SPAN_MAX)) {
      throw new Rejected('invalid-input', 'a span of working time is at most ten years')
    }
    let number = numberOf(from)
    let wanted = workedBefore(pageAt(number), from) + span
    if (span > 0) {
      for (let page = pageAt(number); wanted > page.total; page = pageAt(++number)) {
        wanted -= page.total
      }
      return firstAt(pageAt(number), wanted)
    }
    while (wanted < 0) wanted += pageAt(--number).total
    return lastAt(pageAt(number), wanted)
  }

  function turnsAt(at: EpochMs): EpochMs | null {
    const last = numberOf(at) + TURN_PAGES
    let end: EpochMs | undefined
    for (let number = numberOf(at); number <= last; number++) {
      for (const { from, until } of pageAt(number).spans) {
        if (until <= at) continue
        if (end !== undefined && from > end) return end
        if (end === undefined && from > at) return from
        // What a page cuts in two goes on in the next.
        end = until
      }
      if (end !== undefined && end < (number + 1) * PAGE) return end
    }
    return null
  }

  return {
    workingDay: hours(hoursPerWorkingDay),
    isWorking: (at) => {
      const { spans } = pageAt(numberOf(at))
      const begun =
        spans[leading(spans.length, (index) => (spans[index] as InstantSpan).from <= at) - 1]
      return begun !== undefined && at < begun.until
    },
    turnsAt,
    between,
    after,
  }
}

const numberOf = (at: EpochMs): number => Math.floor(at / PAGE)

function pageReader({ periods, calendar, timeZone }: WorkTimeParts): (number: number) => Page {
  const spansIn = wallClockSpans(hoursOfDay(periods, calendar), timeZone)
  const pages = new Map<number, Page>()
  return (number) => {
    const known = pages.get(number)
    if (known) return known
    if (pages.size >= PAGES_MAX) pages.clear()
    const page = pageOf(spansIn(epochMs(number * PAGE), epochMs((number + 1) * PAGE)))
    pages.set(number, page)
    return page
  }
}

function hoursOfDay(
  periods: WorkPeriods,
  calendar: WorkCalendar,
): (day: CityDay) => readonly MinuteSpan[] {
  const specialDay = specialDays(calendar)
  return (day) => {
    const special = specialDay(day)
    if (special === 'holiday') return []
    return periods[special === 'make-up' ? 'makeUp' : (WEEKDAYS[weekdayOf(day)] as Weekday)]
  }
}

function pageOf(spans: readonly InstantSpan[]): Page {
  let total = 0
  const before = spans.map(({ from, until }) => {
    const sum = total
    total += until - from
    return sum
  })
  return { spans, before, total }
}

/** Working time of a page before an instant of it. */
function workedBefore({ spans, before }: Page, at: EpochMs): number {
  const index = leading(spans.length, (each) => (spans[each] as InstantSpan).from < at) - 1
  const span = spans[index]
  return span === undefined ? 0 : (before[index] as number) + Math.min(at, span.until) - span.from
}

/** The first instant with so much working time of its page before it: at most all, more than none. */
const firstAt = (page: Page, worked: number): EpochMs =>
  instantIn(page, worked, (before) => before < worked)

/** The last instant with so much working time of its page before it: less than all. */
const lastAt = (page: Page, worked: number): EpochMs =>
  instantIn(page, worked, (before) => before <= worked)

function instantIn(
  { spans, before }: Page,
  worked: number,
  reaches: (before: number) => boolean,
): EpochMs {
  const index = leading(spans.length, (each) => reaches(before[each] as number)) - 1
  return epochMs((spans[index] as InstantSpan).from + worked - (before[index] as number))
}

/** How many of the first of `count` things are so, where no other is. */
function leading(count: number, isSo: (index: number) => boolean): number {
  let [low, high] = [0, count]
  while (low < high) {
    const middle = (low + high) >> 1
    if (isSo(middle)) low = middle + 1
    else high = middle
  }
  return low
}
