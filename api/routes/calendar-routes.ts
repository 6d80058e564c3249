import { Type } from 'typebox'
import type { App } from '#api/app.ts'
import { principalOf } from '#api/authentication.ts'
import { Instant, instantParameter, readInstant } from '#api/instant.ts'
import {
  CalendarDayView,
  readPeriods,
  showCalendar,
  showDay,
  showHours,
  showKnown,
  WorkCalendarView,
  WorkDayBody,
  WorkHoursBody,
} from '#api/schemas/calendar-view.ts'
import { answers, nullable, refTo } from '#api/schemas/shared.ts'
import {
  type CityCalendar,
  daysOfYear,
  LAST_CALENDAR_YEAR,
  type WorkDay,
  WorkDaySchema,
  type WorkHours,
} from '#model/city-calendar.ts'
import { Rejected } from '#model/error.ts'
import { LIMIT_UNITS, type Limit, type LimitUnit, WORKING_UNITS } from '#model/limit.ts'
import { type EpochMs, formatInstant } from '#model/time.ts'
import { isKnown } from '#model/work-calendar.ts'
import { dateIn } from '#runtime/watch-calendar.ts'

/** What these routes need of the calendar of the city. It throws `Rejected` as the routes answer. */
export interface WorkCalendarDesk {
  /** A name of the IANA database. */
  readonly timeZone: string
  city(): CityCalendar
  now(): EpochMs
  /** Years whose holidays should be known by now and are not. */
  missingYears(): readonly number[]
  deadlineAfter(from: EpochMs, limit: Limit): EpochMs
  /** Answers whether the city had declared nothing of the day. */
  putDay(day: WorkDay, author: string): Promise<boolean>
  removeDay(date: string, author: string): Promise<void>
  putHours(hours: WorkHours, author: string): Promise<void>
  putKnownUntil(year: number | null, author: string): Promise<void>
}

const tags = ['work calendar']
const ADDRESS = '/api/v1/work-calendar'

const Year = Type.Integer({ minimum: 1970, maximum: LAST_CALENDAR_YEAR })
const DayParams = Type.Object({ date: WorkDaySchema.properties.date })
const DeadlineView = Type.Object({
  from: Instant,
  amount: Type.Number(),
  unit: Type.Enum([...LIMIT_UNITS]),
  deadlineAt: Instant,
  unknownYears: Type.Array(Type.Integer(), {
    description: 'Years it runs through in working time whose holidays are not known.',
  }),
})
const HoursView = WorkCalendarView.properties.hours
const KnownView = WorkCalendarView.properties.known

export function calendarRoutes(app: App, desk: WorkCalendarDesk): void {
  app.addSchema(CalendarDayView)
  app.addSchema(WorkCalendarView)

  app.get(ADDRESS, {
    schema: {
      tags,
      operationId: 'getWorkCalendar',
      summary: 'When the city works: the special days of a year, the hours of its week',
      querystring: Type.Object(
        { year: Type.Optional(Type.Integer({ ...Year, description: 'This year when absent.' })) },
        { additionalProperties: false },
      ),
      response: answers(200, refTo(WorkCalendarView)),
    },
    handler: async ({ query }) => {
      const year = query.year ?? yearOf(desk, desk.now())
      const about = { timeZone: desk.timeZone, missingYears: desk.missingYears() }
      return Promise.resolve(showCalendar(desk.city(), year, about))
    },
  })

  app.put(`${ADDRESS}/days/:date`, {
    schema: {
      tags,
      operationId: 'putWorkCalendarDay',
      summary: 'Declare a day off or worked; limits and rules follow at once',
      params: DayParams,
      body: WorkDayBody,
      response: {
        ...answers(200, refTo(CalendarDayView)),
        ...answers(201, refTo(CalendarDayView)),
      },
    },
    handler: async (request, reply) => {
      const { date } = request.params
      const isNew = await desk.putDay({ ...request.body, date }, principalOf(request).name)
      const day = daysOfYear(desk.city(), Number(date.slice(0, 4))).find(
        (each) => each.date === date,
      )
      if (!day) throw new Rejected('conflict', `${date} was taken back meanwhile`)
      return reply.code(isNew ? 201 : 200).send(showDay(day))
    },
  })

  app.delete(`${ADDRESS}/days/:date`, {
    schema: {
      tags,
      operationId: 'removeWorkCalendarDay',
      summary: 'Take back what the city declared of a day: it is again as it ships',
      params: DayParams,
      response: answers(204, Type.Null()),
    },
    handler: async (request, reply) => {
      await desk.removeDay(request.params.date, principalOf(request).name)
      return reply.code(204).send(null)
    },
  })

  app.put(`${ADDRESS}/periods`, {
    schema: {
      tags,
      operationId: 'putWorkingHours',
      summary: 'Set the working hours of the week, all of them',
      body: WorkHoursBody,
      response: answers(200, HoursView),
    },
    handler: async (request) => {
      const { periods, hoursPerWorkingDay } = request.body
      const hours = { periods: readPeriods(periods), hoursPerWorkingDay }
      await desk.putHours(hours, principalOf(request).name)
      return showHours(desk.city())
    },
  })

  app.put(`${ADDRESS}/known-until`, {
    schema: {
      tags,
      operationId: 'putWorkCalendarKnownUntil',
      summary: 'Say until which year all holidays are there, which ends the warning',
      body: Type.Object(
        { year: nullable(Type.Integer({ ...Year, description: 'Null: as it ships.' })) },
        { additionalProperties: false },
      ),
      response: answers(200, KnownView),
    },
    handler: async (request) => {
      await desk.putKnownUntil(request.body.year, principalOf(request).name)
      return showKnown(desk.city())
    },
  })

  app.get(`${ADDRESS}/deadline`, {
    schema: {
      tags,
      operationId: 'previewDeadline',
      summary: 'When a limit ends that begins to run at an instant',
      querystring: Type.Object(
        {
          from: instantParameter('When it begins to run; now when absent.'),
          amount: Type.Number({ minimum: 0, maximum: 1_000, description: 'Parts too, as 0.5.' }),
          unit: Type.Enum([...LIMIT_UNITS]),
        },
        { additionalProperties: false },
      ),
      response: answers(200, DeadlineView),
    },
    handler: async ({ query }) => {
      const { amount, unit } = query
      const from = readInstant('from', query.from) ?? desk.now()
      const deadlineAt = desk.deadlineAfter(from, { amount, unit })
      return Promise.resolve({
        from: formatInstant(from),
        amount,
        unit,
        deadlineAt: formatInstant(deadlineAt),
        unknownYears: unknownYears(desk, unit, from, deadlineAt),
      })
    },
  })
}

/** The year it is in the city. */
const yearOf = ({ timeZone }: WorkCalendarDesk, at: EpochMs): number =>
  Number(dateIn(timeZone, at).slice(0, 4))

function unknownYears(
  desk: WorkCalendarDesk,
  unit: LimitUnit,
  from: EpochMs,
  to: EpochMs,
): number[] {
  if (!WORKING_UNITS.includes(unit)) return []
  const first = yearOf(desk, from)
  const years = Array.from({ length: yearOf(desk, to) - first + 1 }, (_, index) => first + index)
  return years.filter((year) => !isKnown(desk.city().calendar, year))
}
