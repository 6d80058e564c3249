import { deadlineAfter } from '#cases/time/deadline.ts'
import { type WorkTime, workTime } from '#cases/time/work-time.ts'
import type { CityCalendar } from '#model/city-calendar.ts'
import type { Limit } from '#model/limit.ts'
import type { EpochMs } from '#model/time.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Logger } from '#runtime/logger.ts'
import { type Metrics, onScrape } from '#runtime/metrics.ts'
import { dateIn, missingYearWarning, unknownYears, watchCalendar } from '#runtime/watch-calendar.ts'
import type { Database } from '#store/database.ts'
import { CalendarDirectory } from '#store/work-calendar/calendar-directory.ts'
import { createCalendarRegistry } from '#store/work-calendar/calendar-registry.ts'

interface CalendarOptions {
  readonly pool: Database['pool']
  /** A name of the IANA database. */
  readonly timeZone: string
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: Metrics
}

/** The calendar of the city, as it stands at each call: for rules, deadlines and whoever edits it. */
export async function openCalendar({ pool, timeZone, clock, log, metrics }: CalendarOptions) {
  const directory = await CalendarDirectory.open(pool, log)
  const calendar = () => directory.city.calendar
  const workTimeNow = workTimeOf(() => directory.city, timeZone)
  const missingYears = () => unknownYears(calendar(), dateIn(timeZone, clock.now()))
  const { calendarYearsMissing } = metrics
  onScrape(calendarYearsMissing, () => calendarYearsMissing.set(missingYears().length))
  const stopWatching = watchCalendar(calendar, { timeZone, clock, log })
  return {
    calendar,
    /** Working hours to count limits by; what was counted before a change stays as it was. */
    workTime: workTimeNow,
    /** Hears of every change; the result stops it. */
    onChange: (listener: () => void) => directory.onChange(listener),
    /** What should be seen to, a sentence each. */
    warnings: () => missingYears().map(missingYearWarning),
    /** For the API. */
    desk: {
      timeZone,
      city: () => directory.city,
      now: () => clock.now(),
      missingYears,
      deadlineAfter: (from: EpochMs, limit: Limit) => deadlineAfter(from, limit, workTimeNow()),
      ...createCalendarRegistry({ pool, directory, clock }),
    },
    close(): void {
      stopWatching()
      directory.close()
    },
  }
}

/** The working time of a city, made anew when its calendar was changed. */
function workTimeOf(city: () => CityCalendar, timeZone: string): () => WorkTime {
  let [made, time]: [CityCalendar | null, WorkTime | null] = [null, null]
  return () => {
    const now = city()
    if (time && made === now) return time
    made = now
    time = workTime({ ...now, timeZone })
    return time
  }
}
