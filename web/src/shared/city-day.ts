import { computed } from 'vue'
import { consoleConfiguration } from './console-configuration.ts'

const DAY_MS = 86_400_000

/** The calendar day of the city at an instant, as `2026-11-26`. */
export function cityDay(at: number = Date.now()): string {
  return days.value.format(at)
}

const inCity = (options: Intl.DateTimeFormatOptions, locale: string) =>
  computed(
    () =>
      new Intl.DateTimeFormat(locale, {
        ...options,
        timeZone: consoleConfiguration.value.timeZone,
      }),
  )
const date = { year: 'numeric', month: '2-digit', day: '2-digit' } as const
const days = inCity(date, 'en-CA')
const time = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const
const clocks = inCity({ ...date, ...time }, 'sv')

/** How far the clocks of the city are ahead of UTC at an instant, in ms. */
function offsetAt(at: number): number {
  const text = clocks.value.format(at)
  return Date.parse(`${text.replace(' ', 'T')}Z`) - Math.floor(at / 1_000) * 1_000
}

/** The instant, RFC 3339, at which a calendar day of the city begins. */
export function startOfDay(day: string): string {
  const noon = Date.parse(`${day}T12:00:00Z`)
  return new Date(Date.parse(`${day}T00:00:00Z`) - offsetAt(noon)).toISOString()
}

export const startOfToday = (): string => startOfDay(cityDay())

/** The calendar day so many days later, or before. */
export const addDays = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10)

/** An instant as the clocks of the city show it, to the minute: `2026-11-26T08:30`, as inputs want it. */
export const cityMinute = (at: number): string =>
  new Date(at + offsetAt(at)).toISOString().slice(0, 16)

/** The instant at which the clocks of the city show that; NaN where it is no time. */
export function instantOfMinute(text: string): number {
  const shown = Date.parse(`${text}:00Z`)
  return Number.isNaN(shown) ? shown : shown - offsetAt(shown - offsetAt(shown))
}
