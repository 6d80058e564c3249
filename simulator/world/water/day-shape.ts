import type { EpochMs } from '#model/time.ts'
import type { DayKind } from '#simulator/scenario/scenario.ts'

/**
 * How much of a day's water is drawn in each hour beside the mean of a working day, from midnight
 * on. The form is that of any town (two peaks on working days, a late morning at weekends); the
 * figures are ours.
 */
const HOURS: Readonly<Record<DayKind, readonly number[]>> = {
  workday: [
    0.5, 0.4, 0.35, 0.35, 0.4, 0.65, 1.15, 1.55, 1.5, 1.25, 1.1, 1.15, 1.25, 1.1, 0.95, 0.95, 1,
    1.15, 1.4, 1.5, 1.4, 1.2, 0.95, 0.7,
  ],
  weekend: [
    0.6, 0.45, 0.4, 0.35, 0.35, 0.45, 0.7, 1, 1.3, 1.5, 1.5, 1.4, 1.4, 1.25, 1.1, 1.05, 1.05, 1.15,
    1.35, 1.4, 1.35, 1.2, 1, 0.8,
  ],
  holiday: [
    0.6, 0.5, 0.4, 0.35, 0.35, 0.4, 0.55, 0.8, 1, 1.15, 1.2, 1.2, 1.15, 1, 0.9, 0.85, 0.85, 0.95,
    1.1, 1.2, 1.15, 1.05, 0.95, 0.8,
  ],
}
export const BUSIEST = 1.55

const HOUR_MS = 3_600_000
/** The city's day begins at midnight of UTC+8. */
const CITY_ZONE_MS = 8 * HOUR_MS

/** A day's course of use beside the mean of a working day, 0.35 to {@link BUSIEST}. */
export function useAt(day: DayKind, at: EpochMs): number {
  const hours = (at + CITY_ZONE_MS) / HOUR_MS - 0.5
  const whole = Math.floor(hours)
  const hour = ((whole % 24) + 24) % 24
  const shape = HOURS[day]
  const [from, to] = [shape[hour] as number, shape[(hour + 1) % 24] as number]
  return from + (to - from) * (hours - whole)
}
