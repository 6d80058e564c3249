import chineseDays from 'chinese-days/dist/chinese-days.json' with { type: 'json' }
import { type CityDay, parseDay, weekdayOf } from './city-day.ts'
import { Rejected } from './error.ts'
import { WEEKDAYS, type Weekday } from './schedule.ts'
import type { Bilingual } from './text.ts'

/**
 * On which days a city works: certain weekdays, but for the days named here. Plain data, so that it
 * can be stored, sent and edited. Days are written `2026-02-17`; none is in both lists.
 */
export interface WorkCalendar {
  /** Days off, weekends among them or not. */
  readonly holidays: readonly string[]
  /** Days worked although they would be off: 调休上班日. */
  readonly makeUpDays: readonly string[]
  /** First and last year whose holidays are known. In any other only weekends are off. */
  readonly knownFromYear: number
  readonly knownUntilYear: number
  /** Worked every week; Monday to Friday when absent. */
  readonly weekdays?: readonly Weekday[]
}

/** Days by which the calendar of a city differs from another. */
export interface CalendarChange {
  readonly holidays?: readonly string[]
  readonly makeUpDays?: readonly string[]
  readonly knownUntilYear?: number
}

/** What a calendar says of a day that goes before its weekday. */
export const SPECIAL_DAYS = ['holiday', 'make-up'] as const
export type SpecialDay = (typeof SPECIAL_DAYS)[number]

/** A day of the calendar that ships. */
export interface ShippedDay {
  readonly type: SpecialDay
  readonly name: Bilingual
}

const SATURDAY = 5
const HOLIDAYS = Object.keys(chineseDays.holidays).sort()
const yearIn = (day: string | undefined): number => Number(day?.slice(0, 4))

/**
 * The public holidays and make-up days of China as the State Council gives notice of them, year by
 * year in November for the year to come; from the package chinese-days (MIT). A make-up day at the
 * end of December for the New Year after it is known only with that notice.
 */
export const CHINESE_CALENDAR: WorkCalendar = {
  holidays: HOLIDAYS,
  makeUpDays: Object.keys(chineseDays.workdays).sort(),
  knownFromYear: yearIn(HOLIDAYS[0]),
  knownUntilYear: yearIn(HOLIDAYS.at(-1)),
}

/** The days of {@link CHINESE_CALENDAR} by date, each with the holiday it belongs to. */
export const SHIPPED_DAYS: ReadonlyMap<string, ShippedDay> = new Map([
  ...namedDays(chineseDays.holidays, 'holiday'),
  ...namedDays(chineseDays.workdays, 'make-up'),
])

/** Texts such as `Spring Festival,春节,4`. */
function namedDays(
  days: Readonly<Record<string, string>>,
  type: SpecialDay,
): [date: string, ShippedDay][] {
  return Object.entries(days).map(([date, text]) => {
    const [en = '', zh = ''] = text.split(',')
    return [date, { type, name: { en, zh } }]
  })
}

/** False: of this year no holidays are known, and the calendar knows weekends alone. */
export const isKnown = (calendar: WorkCalendar, year: number): boolean =>
  year >= calendar.knownFromYear && year <= calendar.knownUntilYear

/** A calendar with days of a city's own. What the change says of a day goes before. */
export function changeCalendar(base: WorkCalendar, change: CalendarChange): WorkCalendar {
  const { holidays = [], makeUpDays = [], knownUntilYear = base.knownUntilYear } = change
  const changed = new Set([...holidays, ...makeUpDays])
  const kept = (days: readonly string[]) => days.filter((day) => !changed.has(day))
  return {
    ...base,
    holidays: [...kept(base.holidays), ...holidays].sort(),
    makeUpDays: [...kept(base.makeUpDays), ...makeUpDays].sort(),
    knownUntilYear,
  }
}

/**
 * What the calendar says of a day; undefined where its weekday alone tells.
 *
 * @throws Rejected `invalid-input` naming a day that is none, or is both a holiday and worked
 */
export function specialDays(calendar: WorkCalendar): (day: CityDay) => SpecialDay | undefined {
  const holidays = daysOf(calendar.holidays)
  const makeUpDays = daysOf(calendar.makeUpDays)
  const holidayTexts = new Set(calendar.holidays)
  const both = calendar.makeUpDays.find((day) => holidayTexts.has(day))
  if (both !== undefined) {
    throw new Rejected('invalid-input', `${both} is both a holiday and a make-up day`)
  }
  return (day) => (makeUpDays.has(day) ? 'make-up' : holidays.has(day) ? 'holiday' : undefined)
}

/**
 * Whether the city works on a day.
 *
 * @throws Rejected `invalid-input` as {@link specialDays} does
 */
export function workedDays(calendar: WorkCalendar): (day: CityDay) => boolean {
  const specialDay = specialDays(calendar)
  const weekdays = new Set(calendar.weekdays ?? WEEKDAYS.slice(0, SATURDAY))
  return (day) => {
    const special = specialDay(day)
    if (special !== undefined) return special === 'make-up'
    return weekdays.has(WEEKDAYS[weekdayOf(day)] as Weekday)
  }
}

function daysOf(texts: readonly string[]): ReadonlySet<CityDay> {
  return new Set(
    texts.map((text) => {
      const day = parseDay(text)
      if (day === undefined) throw new Rejected('invalid-input', `${text} is no day of a calendar`)
      return day
    }),
  )
}
