import { Type } from 'typebox'
import { Instant, showInstant } from '#api/instant.ts'
import { DAY_OUTCOMES } from '#model/calendar-import.ts'
import {
  type CalendarDay,
  type CityCalendar,
  daysOfYear,
  WorkDaySchema,
} from '#model/city-calendar.ts'
import { IMPORT_REASONS } from '#model/import-report.ts'
import type { MinuteSpan } from '#model/wall-clock-spans.ts'
import { SPECIAL_DAYS } from '#model/work-calendar.ts'
import { PERIOD_DAYS, type PeriodDay, type WorkPeriods } from '#model/work-periods.ts'
import { missingYearWarning } from '#runtime/watch-calendar.ts'
import { nullable, refTo } from './shared.ts'

const TIME = '([01][0-9]|2[0-3]):[0-5][0-9]'

const Period = Type.Object(
  {
    from: Type.String({ pattern: `^${TIME}$`, description: 'By the wall clock, as 08:00.' }),
    to: Type.String({ pattern: `^(${TIME}|24:00)$`, description: 'Not in it; on the same day.' }),
  },
  { additionalProperties: false },
)
type Period = Type.Static<typeof Period>

const Periods = Type.Unsafe<Readonly<Record<PeriodDay, readonly Period[]>>>(
  Type.Object(
    Object.fromEntries(
      PERIOD_DAYS.map((day) => [
        day,
        Type.Array(Period, {
          maxItems: 10,
          ...(day === 'makeUp'
            ? { description: 'Of every make-up day, whatever its weekday.' }
            : {}),
        }),
      ]),
    ),
    {
      additionalProperties: false,
      description: 'The hours of each day of the week, in their order; none on a day off.',
    },
  ),
)

export const WorkHoursBody = Type.Object(
  {
    periods: Periods,
    hoursPerWorkingDay: Type.Number({
      exclusiveMinimum: 0,
      maximum: 24,
      description: 'What a working day of a limit is worth in working hours.',
    }),
  },
  { additionalProperties: false },
)
export type WorkHoursBody = Type.Static<typeof WorkHoursBody>

/** A day as it is declared; its date stands in the address. */
export const WorkDayBody = Type.Omit(WorkDaySchema, ['date'], { additionalProperties: false })

const Edited = {
  changedBy: nullable(Type.String({ description: 'Null: as it ships.' })),
  changedAt: nullable(Instant),
}

export const CalendarDayView = Type.Object(
  {
    date: Type.String(),
    type: Type.Enum([...SPECIAL_DAYS]),
    name: Type.Object({ en: Type.String(), zh: Type.String() }),
    source: Type.Union([Type.Literal('shipped'), Type.Literal('city')]),
    shipped: nullable(
      Type.Enum([...SPECIAL_DAYS], { description: 'What ships with Wanmi says of the day.' }),
    ),
    ...Edited,
  },
  { $id: 'CalendarDay', description: 'A day that is not what its weekday says.' },
)
type CalendarDayView = Type.Static<typeof CalendarDayView>

export const WorkCalendarView = Type.Object(
  {
    year: Type.Integer(),
    timeZone: Type.String(),
    days: Type.Array(refTo(CalendarDayView), {
      description: 'Of the year; a day that is not here is what its weekday says.',
    }),
    hours: Type.Object({ ...WorkHoursBody.properties, ...Edited }),
    known: Type.Object(
      { fromYear: Type.Integer(), untilYear: Type.Integer(), ...Edited },
      { description: 'The years whose holidays are known; in others only weekends are off.' },
    ),
    missingYears: Type.Array(Type.Integer(), {
      description: 'Years whose holidays should be known by now and are not.',
    }),
    warnings: Type.Array(Type.String(), { description: 'The same, a sentence each.' }),
  },
  { $id: 'WorkCalendar' },
)
type WorkCalendarView = Type.Static<typeof WorkCalendarView>

export const CalendarImportView = Type.Object(
  {
    committed: Type.Boolean({ description: 'Whether it was kept.' }),
    accepted: Type.Integer({ description: 'Rows without fault.' }),
    rejected: Type.Integer(),
    rows: Type.Array(
      Type.Object({
        line: Type.Integer({ description: 'Of a CSV its line, of JSON which item; from 1.' }),
        date: nullable(Type.String()),
        outcome: Type.Enum([...DAY_OUTCOMES]),
        reasons: Type.Array(
          Type.Object({
            code: Type.Enum(Object.keys(IMPORT_REASONS)),
            field: Type.Optional(Type.String()),
            detail: Type.String(),
          }),
        ),
      }),
    ),
    removed: Type.Array(Type.String(), {
      description: 'Days of the years in the file that the city had declared and takes back.',
    }),
  },
  { $id: 'CalendarImportReport' },
)

export const showDay = ({ declared, ...day }: CalendarDay): CalendarDayView => ({
  ...day,
  source: declared === null ? 'shipped' : 'city',
  ...showEdit(declared),
})

export const showHours = ({ periods, hoursPerWorkingDay, changes }: CityCalendar) => ({
  periods: showPeriods(periods),
  hoursPerWorkingDay,
  ...showEdit(changes.hours),
})

export const showCalendar = (
  city: CityCalendar,
  year: number,
  about: { readonly timeZone: string; readonly missingYears: readonly number[] },
): WorkCalendarView => ({
  year,
  timeZone: about.timeZone,
  days: daysOfYear(city, year).map(showDay),
  hours: showHours(city),
  known: showKnown(city),
  missingYears: [...about.missingYears],
  warnings: about.missingYears.map((year) => missingYearWarning(year).en),
})

export const showKnown = ({ calendar, changes }: CityCalendar) => ({
  fromYear: calendar.knownFromYear,
  untilYear: calendar.knownUntilYear,
  ...showEdit(changes.knownUntil),
})

const showEdit = (
  edit: { author: string; updatedAt: Parameters<typeof showInstant>[0] } | null,
) => ({
  changedBy: edit?.author ?? null,
  changedAt: showInstant(edit?.updatedAt ?? null),
})

const showPeriods = (periods: WorkPeriods): Record<PeriodDay, Period[]> =>
  eachDay((day) => periods[day].map(({ from, to }) => ({ from: clock(from), to: clock(to) })))

export const readPeriods = (periods: WorkHoursBody['periods']): WorkPeriods =>
  eachDay((day) =>
    periods[day].map(({ from, to }): MinuteSpan => ({ from: minuteOf(from), to: minuteOf(to) })),
  )

const eachDay = <Value>(make: (day: PeriodDay) => Value) =>
  Object.fromEntries(PERIOD_DAYS.map((day) => [day, make(day)])) as Record<PeriodDay, Value>

const clock = (minute: number): string =>
  [Math.floor(minute / 60), minute % 60].map((part) => String(part).padStart(2, '0')).join(':')

const minuteOf = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3))
