import { type CityDay, cityDay, monthDayOf, weekdayOf } from '#model/city-day.ts'
import {
  type DaySort,
  type Schedule,
  type Season,
  type TimeWindow,
  WEEKDAYS,
} from '#model/schedule.ts'
import type { MinuteSpan } from '#model/wall-clock-spans.ts'

const DAY_MINUTES = 1_440

/**
 * When on a day a schedule applies: spans in their order that do not touch. A window that reaches
 * across midnight applies in the small hours of a day when it is for the day before; a season is one
 * of whole days by the calendar, wherever a window began.
 */
export function hoursOfDay(
  { windows, seasons }: Schedule,
  isWorked: (day: CityDay) => boolean,
): (day: CityDay) => readonly MinuteSpan[] {
  const begun = windows.map((window) => ({ ...window, isFor: dayTest(window, isWorked) }))
  const inSeason = seasonTest(seasons)
  return (day) => {
    if (!inSeason(day)) return []
    const before = cityDay(day - 1)
    const spans: MinuteSpan[] = []
    for (const { from, to, isFor } of begun) {
      if (isFor(day)) spans.push({ from, to: to > from ? to : DAY_MINUTES })
      if (to <= from && isFor(before)) spans.push({ from: 0, to })
    }
    return joined(spans)
  }
}

function joined(spans: MinuteSpan[]): readonly MinuteSpan[] {
  const apart: MinuteSpan[] = []
  for (const { from, to } of spans.sort((one, other) => one.from - other.from)) {
    const last = apart.at(-1)
    if (last && from <= last.to) {
      apart[apart.length - 1] = { from: last.from, to: Math.max(last.to, to) }
    } else apart.push({ from, to })
  }
  return apart
}

function dayTest({ days }: TimeWindow, isWorked: (day: CityDay) => boolean) {
  if (days === null) return () => true
  const sorts = new Set<DaySort>(days)
  return (day: CityDay): boolean =>
    sorts.has(WEEKDAYS[weekdayOf(day)] as DaySort) ||
    ((sorts.has('workday') || sorts.has('restday')) &&
      sorts.has(isWorked(day) ? 'workday' : 'restday'))
}

function seasonTest(seasons: readonly Season[] | null): (day: CityDay) => boolean {
  if (seasons === null) return () => true
  const spans = seasons.map(({ from, to }) => ({ from: monthDay(from), to: monthDay(to) }))
  return (day) => {
    const date = monthDayOf(day)
    return spans.some(({ from, to }) =>
      from <= to ? date >= from && date <= to : date >= from || date <= to,
    )
  }
}

const monthDay = (text: string): number => Number(text.slice(0, 2)) * 100 + Number(text.slice(3))
