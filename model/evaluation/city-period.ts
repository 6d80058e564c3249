import { type CityDay, cityDay, parseDay } from '#model/city-day.ts'
import { days, type EpochMs, epochMs } from '#model/time.ts'
import { wallClockSpans } from '#model/wall-clock-spans.ts'

/** A period of a city: `to` is not in it. */
export interface CityPeriod {
  readonly from: EpochMs
  readonly to: EpochMs
}

const DAY = days(1)

/**
 * Days and months as the clocks of a zone have them.
 *
 * @throws Rejected `invalid-input` when there is no zone of that name
 */
export function cityPeriods(timeZone: string) {
  // The Swedish way to write a date is that of ISO 8601.
  const date = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' })
  const clock = new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'medium',
  })

  /** When a day begins: at midnight, or later where the clocks jump over it. */
  function startOf(day: CityDay): EpochMs {
    const whole = wallClockSpans(
      (each) => (each === day ? [{ from: 0, to: 24 * 60 }] : []),
      timeZone,
    )
    const [first] = whole(epochMs((day - 1) * DAY), epochMs((day + 2) * DAY))
    return first?.from ?? epochMs(day * DAY)
  }

  return {
    /** When the day begins that is written `2026-11-01`; undefined when the text is none. */
    startOfDay(text: string): EpochMs | undefined {
      const day = parseDay(text)
      return day === undefined ? undefined : startOf(day)
    },

    /** The day an instant lies in, as `2026-11-01`. */
    dayOf: (at: EpochMs): string => date.format(at),

    /** What clocks and calendars show, as `2026-11-01 00:00:00`. */
    wallClock: (at: EpochMs): string => clock.format(at),

    /** The whole month that an instant lies in. */
    monthOf(at: EpochMs): CityPeriod {
      const [year, month] = date.format(at).split('-').map(Number) as [number, number]
      const first = (monthIndex: number): CityDay => cityDay(Date.UTC(year, monthIndex, 1) / DAY)
      return { from: startOf(first(month - 1)), to: startOf(first(month)) }
    },
  }
}

export type CityPeriods = ReturnType<typeof cityPeriods>
