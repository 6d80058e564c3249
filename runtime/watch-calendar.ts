import type { Bilingual } from '#model/text.ts'
import { type EpochMs, hours } from '#model/time.ts'
import { isKnown, type WorkCalendar } from '#model/work-calendar.ts'
import type { Clock } from './clock.ts'
import type { Logger } from './logger.ts'

interface WatchParts {
  /** A name of the IANA database. */
  readonly timeZone: string
  readonly clock: Clock
  readonly log: Logger
}

// The notice of the holidays of a year is given in the November before it.
const NOTICE_MONTH = 11

/**
 * Warns now, and once a day, while no holidays are known of this year or, from November on, of the
 * next: rules and limits in working time then know weekends alone. The result ends it.
 */
export function watchCalendar(
  calendar: () => WorkCalendar,
  { timeZone, clock, log }: WatchParts,
): () => void {
  let lookedOn = ''
  const look = (): void => {
    const today = dateIn(timeZone, clock.now())
    if (today === lookedOn) return
    lookedOn = today
    const years = unknownYears(calendar(), today)
    if (years.length > 0) log.warn({ years }, 'no holidays are known: only weekends are off')
  }
  look()
  const timer = setInterval(look, hours(1)).unref()
  return () => clearInterval(timer)
}

/** Of the years whose holidays should be known on a day, written `2026-11-01`, those that are not. */
export function unknownYears(calendar: WorkCalendar, today: string): readonly number[] {
  const [year = 0, month = 0] = today.split('-').map(Number)
  const years = month >= NOTICE_MONTH ? [year, year + 1] : [year]
  return years.filter((each) => !isKnown(calendar, each))
}

/** What is said of a year whose holidays are not known. */
export const missingYearWarning = (year: number): Bilingual => ({
  en: `no holidays of ${year} are known: only weekends are off`,
  zh: `尚未录入 ${year} 年节假日，仅按周末休息计算`,
})

/** The day of a zone at an instant, written `2026-11-01`. Sweden writes days as ISO 8601 does. */
export const dateIn = (timeZone: string, at: EpochMs): string =>
  new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(at)
