import { addDays, cityDay } from '#web/src/shared/city-day.ts'

export const PERIOD_SORTS = ['week', 'month', 'quarter', 'own'] as const
export type PeriodSort = (typeof PERIOD_SORTS)[number]

/** Days of the city; `to` is the last of them. */
export interface DayPeriod {
  readonly from: string
  readonly to: string
}

const DAY = /^\d{4}-\d{2}-\d{2}$/
const MONDAY = 1

export const isDay = (text: string | undefined): text is string =>
  text !== undefined && DAY.test(text) && !Number.isNaN(Date.parse(text))

const dateOf = (year: number, month: number, day = 1): string =>
  new Date(Date.UTC(year, month, day)).toISOString().slice(0, 10)

const weekdayOf = (day: string): number => new Date(`${day}T00:00:00Z`).getUTCDay()

/** The whole week, month or quarter that a day lies in. */
export function periodOf(sort: Exclude<PeriodSort, 'own'>, day: string): DayPeriod {
  const [year, month] = day.split('-').map(Number) as [number, number]
  if (sort === 'week') {
    const from = addDays(day, -((weekdayOf(day) + 7 - MONDAY) % 7))
    return { from, to: addDays(from, 6) }
  }
  const months = sort === 'month' ? 1 : 3
  const first = Math.floor((month - 1) / months) * months
  return { from: dateOf(year, first), to: dateOf(year, first + months, 0) }
}

/** What the address says of it, else the month that runs. */
export function readPeriodOf({
  period,
  from,
  to,
}: {
  readonly period?: string
  readonly from?: string
  readonly to?: string
}): DayPeriod & { readonly sort: PeriodSort } {
  const sort = PERIOD_SORTS.find((each) => each === period) ?? 'month'
  const day = isDay(from) ? from : cityDay()
  if (sort !== 'own') return { sort, ...periodOf(sort, day) }
  return { sort, from: day, to: isDay(to) && to >= day ? to : day }
}

/** The period just before or after, of the same sort. */
export function beside(sort: PeriodSort, { from, to }: DayPeriod, way: 1 | -1): DayPeriod {
  if (sort !== 'own') return periodOf(sort, way === 1 ? addDays(to, 1) : addDays(from, -1))
  const days = 1 + Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000)
  return { from: addDays(from, way * days), to: addDays(to, way * days) }
}
