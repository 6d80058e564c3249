import { Type } from 'typebox'
import { parseDay } from './city-day.ts'
import { WEEKDAYS } from './schedule.ts'
import type { Bilingual } from './text.ts'
import type { EpochMs } from './time.ts'
import {
  CHINESE_CALENDAR,
  changeCalendar,
  SHIPPED_DAYS,
  SPECIAL_DAYS,
  type SpecialDay,
  type WorkCalendar,
} from './work-calendar.ts'
import { DEFAULT_HOURS_PER_WORKING_DAY, DEFAULT_PERIODS, type WorkPeriods } from './work-periods.ts'

/** Of a calendar, so that a slip of the pen makes no day of the year 2206. */
const FIRST_YEAR = 2000
export const LAST_CALENDAR_YEAR = 2100

/** A day that a city declares off or worked. */
export const WorkDaySchema = Type.Object(
  {
    date: Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', description: 'As 2027-02-06.' }),
    type: Type.Enum([...SPECIAL_DAYS], {
      description: '`holiday`: a day off; `make-up`: worked although it would be off (调休).',
    }),
    name: Type.String({ minLength: 1, maxLength: 100, description: 'Such as 春节.' }),
  },
  { additionalProperties: false },
)
export type WorkDay = Type.Static<typeof WorkDaySchema>

/** Who changed something of the calendar, and when. */
export interface CalendarEdit {
  readonly author: string
  readonly updatedAt: EpochMs
}

export type DeclaredDay = WorkDay & CalendarEdit

/** The hours of a week, and what a working day of a limit is worth. */
export interface WorkHours {
  readonly periods: WorkPeriods
  readonly hoursPerWorkingDay: number
}

/** What a city has changed of the calendar that ships. */
export interface CityCalendarChanges {
  readonly days: readonly DeclaredDay[]
  /** Null: the default. */
  readonly hours: (WorkHours & CalendarEdit) | null
  /** The last year whose holidays the city says are all there; null: it says nothing. */
  readonly knownUntil: ({ readonly year: number } & CalendarEdit) | null
}

/** When a city works: what ships, with its own changes over it. */
export interface CityCalendar extends WorkHours {
  readonly calendar: WorkCalendar
  readonly changes: CityCalendarChanges
}

/** A day that is not what its weekday says, as a city keeps it. */
export interface CalendarDay {
  readonly date: string
  readonly type: SpecialDay
  readonly name: Bilingual
  /** What the calendar that ships says of it; null: nothing. */
  readonly shipped: SpecialDay | null
  /** Null: as it ships. */
  readonly declared: CalendarEdit | null
}

export function cityCalendar(changes: CityCalendarChanges): CityCalendar {
  const { days, hours, knownUntil } = changes
  const datesOf = (type: SpecialDay) =>
    days.filter((day) => day.type === type).map(({ date }) => date)
  const { periods, hoursPerWorkingDay } = hours ?? {
    periods: DEFAULT_PERIODS,
    hoursPerWorkingDay: DEFAULT_HOURS_PER_WORKING_DAY,
  }
  const calendar = changeCalendar(CHINESE_CALENDAR, {
    holidays: datesOf('holiday'),
    makeUpDays: datesOf('make-up'),
    knownUntilYear: Math.max(CHINESE_CALENDAR.knownUntilYear, knownUntil?.year ?? 0),
  })
  const weekdays = WEEKDAYS.filter((day) => periods[day].length > 0)
  return { calendar: { ...calendar, weekdays }, periods, hoursPerWorkingDay, changes }
}

/** The days of a year that are not what their weekday says, in their order. */
export function daysOfYear({ changes }: CityCalendar, year: number): readonly CalendarDay[] {
  const declared = new Map(changes.days.map((day) => [day.date, day]))
  const dates = new Set([...SHIPPED_DAYS.keys(), ...declared.keys()])
  return [...dates]
    .filter((date) => date.startsWith(`${year}-`))
    .sort()
    .map((date) => dayOf(date, declared.get(date)))
}

function dayOf(date: string, own: DeclaredDay | undefined): CalendarDay {
  const shipped = SHIPPED_DAYS.get(date)
  const common = { date, shipped: shipped?.type ?? null }
  if (own) {
    const { type, name, author, updatedAt } = own
    return { ...common, type, name: { en: name, zh: name }, declared: { author, updatedAt } }
  }
  const { type, name } = shipped as NonNullable<typeof shipped>
  return { ...common, type, name, declared: null }
}

/** Why a date is no day of a calendar; undefined when it is. */
export function dateFault(date: string): string | undefined {
  const year = Number(date.slice(0, 4))
  if (parseDay(date) === undefined) return `${date} is no day of a calendar`
  if (year >= FIRST_YEAR && year <= LAST_CALENDAR_YEAR) return undefined
  return `${date} does not lie between the years ${FIRST_YEAR} and ${LAST_CALENDAR_YEAR}`
}
