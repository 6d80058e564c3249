import type { Schedule } from '#model/schedule.ts'
import { days, type EpochMs, epochMs } from '#model/time.ts'
import { wallClockSpans } from '#model/wall-clock-spans.ts'
import { type WorkCalendar, workedDays } from '#model/work-calendar.ts'
import { hoursOfDay } from './hours-of-day.ts'

/** The longest span around an instant in which the answer is the same; `until` is not in it. */
export interface ScheduleStretch {
  readonly applies: boolean
  /** Null: it was so for more than two years. */
  readonly from: EpochMs | null
  /** Null: it stays so for more than two years. */
  readonly until: EpochMs | null
}

/** A schedule in the zone of a city. It remembers where it looked last, and nothing else. */
export interface CompiledSchedule {
  /** Whether its days are told by the work calendar: workdays or days off. */
  readonly asksCalendar: boolean
  /** Costs a few nanoseconds while instants stay in one stretch, and no allocation. */
  readonly applies: (at: EpochMs) => boolean
  readonly stretchAt: (at: EpochMs) => ScheduleStretch
}

/** What a schedule answers over a span of `PAGE`, the first answer turned round at each change. */
interface Page {
  readonly first: boolean
  readonly changes: readonly EpochMs[]
}

const PAGE = days(32)
/** Some five years: a trial of longer history works them out anew. */
const PAGES_MAX = 64
/** Longer than from any season to the same season again. */
const FAR = days(800)

/**
 * Makes a schedule ready to be asked for instants. It goes by the wall clock: where the clocks are
 * put forward a window is shorter or left out, where they are put back it is longer or comes twice.
 *
 * @param timeZone a name of the IANA database
 * @throws Rejected `invalid-input` when there is no such zone, or the calendar has a day that is none
 */
export function compileSchedule(
  schedule: Schedule,
  calendar: WorkCalendar,
  timeZone: string,
): CompiledSchedule {
  const pageOf = pageMaker(schedule, calendar, timeZone)
  const pages = new Map<number, Page>()
  // The stretch looked at last, as far as its page reaches.
  let [answer, from, until] = [false, epochMs(0), epochMs(0)]

  function look(at: EpochMs): boolean {
    const number = Math.floor(at / PAGE)
    let page = pages.get(number)
    if (page === undefined) {
      if (pages.size >= PAGES_MAX) pages.clear()
      page = pageOf(number)
      pages.set(number, page)
    }
    const passed = countUpTo(page.changes, at)
    from = page.changes[passed - 1] ?? epochMs(number * PAGE)
    until = page.changes[passed] ?? epochMs((number + 1) * PAGE)
    answer = page.first !== (passed % 2 === 1)
    return answer
  }

  const applies = (at: EpochMs): boolean => (at >= from && at < until ? answer : look(at))

  function stretchAt(at: EpochMs): ScheduleStretch {
    const same = applies(at)
    let begin: EpochMs | null = from
    let end: EpochMs | null = until
    // Each question moves the stretch looked at to the one beside it.
    while (end !== null && applies(end) === same) end = until - at > FAR ? null : until
    while (begin !== null && applies(epochMs(begin - 1)) === same) {
      begin = at - from > FAR ? null : from
    }
    return { applies: same, from: begin, until: end }
  }

  return { asksCalendar: asksCalendar(schedule), applies, stretchAt }
}

const asksCalendar = ({ windows }: Schedule): boolean =>
  windows.some(({ days }) => days?.some((day) => day === 'workday' || day === 'restday'))

/** How many of ascending instants are at or before one. */
function countUpTo(instants: readonly EpochMs[], at: EpochMs): number {
  let [low, high] = [0, instants.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((instants[middle] as EpochMs) <= at) low = middle + 1
    else high = middle
  }
  return low
}

function pageMaker(schedule: Schedule, calendar: WorkCalendar, timeZone: string) {
  const spansIn = wallClockSpans(hoursOfDay(schedule, workedDays(calendar)), timeZone)
  return (number: number): Page => {
    const [begin, end] = [epochMs(number * PAGE), epochMs((number + 1) * PAGE)]
    const spans = spansIn(begin, end)
    return {
      first: spans[0]?.from === begin,
      changes: spans
        .flatMap(({ from, until }) => [from, until])
        .filter((at) => at > begin && at < end),
    }
  }
}
