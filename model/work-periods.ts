import { Rejected } from './error.ts'
import { WEEKDAYS } from './schedule.ts'
import type { MinuteSpan } from './wall-clock-spans.ts'

/** The sorts of days that have working hours of their own: `makeUp` is every make-up day 调休. */
export const PERIOD_DAYS = [...WEEKDAYS, 'makeUp'] as const
export type PeriodDay = (typeof PERIOD_DAYS)[number]

/** The hours in which a city works, in their order, by the wall clock; none on a day off. */
export type WorkPeriods = Readonly<Record<PeriodDay, readonly MinuteSpan[]>>

/** 08:00 to 12:00 and 14:00 to 18:00. */
const NORMAL_DAY: readonly MinuteSpan[] = [
  { from: 8 * 60, to: 12 * 60 },
  { from: 14 * 60, to: 18 * 60 },
]

/** Monday to Friday, and on make-up days the same. */
export const DEFAULT_PERIODS: WorkPeriods = {
  mon: NORMAL_DAY,
  tue: NORMAL_DAY,
  wed: NORMAL_DAY,
  thu: NORMAL_DAY,
  fri: NORMAL_DAY,
  sat: [],
  sun: [],
  makeUp: NORMAL_DAY,
}

/** What a working day 工作日 of a limit is worth, in working hours. */
export const DEFAULT_HOURS_PER_WORKING_DAY = 8

const DAY_MINUTES = 1_440

/** Why these are no working hours of a week, each fault by its place; empty when they are. */
export function periodFaults(periods: WorkPeriods): readonly string[] {
  const faults = PERIOD_DAYS.flatMap((day) => dayFaults(periods[day], day))
  if (WEEKDAYS.every((day) => periods[day].length === 0)) {
    faults.push('a week without working hours: no limit would ever end')
  }
  return faults
}

function dayFaults(spans: readonly MinuteSpan[], day: PeriodDay): string[] {
  return spans.flatMap(({ from, to }, index) => {
    const before = spans[index - 1]
    const fault = (reason: string) => [`${day}/${index}: ${reason}`]
    if (!Number.isInteger(from) || !Number.isInteger(to) || from < 0 || to > DAY_MINUTES) {
      return fault('a period lies between 00:00 and 24:00')
    }
    if (from >= to) return fault('a period ends after it begins, on the same day')
    if (before && from < before.to)
      return fault('a period begins after the one before it has ended')
    return []
  })
}

/** Why this is no worth of a working day; undefined when it is. */
export const hoursPerDayFault = (hours: number): string | undefined =>
  hours > 0 && hours <= 24 ? undefined : 'a working day has more than 0 and at most 24 hours'

/**
 * Tells of working hours that cannot be.
 *
 * @throws Rejected `invalid-input` naming every fault
 */
export function checkWorkHours(periods: WorkPeriods, hoursPerWorkingDay: number): void {
  const faults = [...periodFaults(periods), hoursPerDayFault(hoursPerWorkingDay) ?? []].flat()
  if (faults.length === 0) return
  throw new Rejected('invalid-input', faults.join('; '), { detail: { faults } })
}
