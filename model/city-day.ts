import { days } from './time.ts'

declare const brand: unique symbol

/** A day of the calendar, whatever the zone: whole days since 1970-01-01. */
export type CityDay = number & { readonly [brand]: 'CityDay' }

export const cityDay = (value: number): CityDay => value as CityDay

const DAY_MS = days(1)

/** The day that is written `2026-02-17`; undefined when the text is none (30 February). */
export function parseDay(text: string): CityDay | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text)
  if (!match) return undefined
  const [year, month, day] = match.slice(1).map(Number) as [number, number, number]
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined
  return cityDay(date.getTime() / DAY_MS)
}

/** 0 for Monday to 6 for Sunday. 1970-01-01 was a Thursday. */
export const weekdayOf = (day: CityDay): number => (((day + 3) % 7) + 7) % 7

/** A day of any year: month × 100 + day, so that 1231 is the last of December. */
export function monthDayOf(day: CityDay): number {
  const date = new Date(day * DAY_MS)
  return (date.getUTCMonth() + 1) * 100 + date.getUTCDate()
}
