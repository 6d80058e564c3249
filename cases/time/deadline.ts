import { Rejected } from '#model/error.ts'
import { type Limit, type LimitUnit, WORKING_UNITS } from '#model/limit.ts'
import {
  between,
  type DurationMs,
  days,
  type EpochMs,
  hours,
  milliseconds,
  plus,
} from '#model/time.ts'
import type { WorkTime } from './work-time.ts'

/** What one of each unit is worth. */
const UNIT_SPANS: Readonly<Record<LimitUnit, (time: WorkTime) => DurationMs>> = {
  'continuous-hour': () => hours(1),
  'working-hour': () => hours(1),
  'working-day': (time) => time.workingDay,
  'calendar-day': () => days(1),
}

/**
 * How much time that counts for its unit a limit allows, to the millisecond: natural time for
 * continuous hours and calendar days, working time for working hours and working days.
 *
 * @throws Rejected `invalid-input` when the amount is no number of zero or more
 */
export function limitSpan({ amount, unit }: Limit, time: WorkTime): DurationMs {
  if (!Number.isFinite(amount) || amount < 0) {
    throw new Rejected('invalid-input', `${amount} is no amount of a limit`)
  }
  return milliseconds(Math.round(amount * UNIT_SPANS[unit](time)))
}

/**
 * The instant at which a limit that begins to run at `from` ends. Where it ends with a working period
 * it is the end of that period, not the begin of the next; outside of working hours a limit in
 * working time begins to run with the next period.
 *
 * @throws Rejected `invalid-input` as {@link limitSpan} does, or when it ends after more than ten
 *   years of working time
 */
export const deadlineAfter = (from: EpochMs, limit: Limit, time: WorkTime): EpochMs =>
  addUnitTime(from, limitSpan(limit, time), limit.unit, time)

/**
 * How much time that counts for a unit lies between two instants, in milliseconds of clock time;
 * negative when `to` is before `from`. What remains of a limit is this from now to its deadline.
 */
export const unitTimeBetween = (
  from: EpochMs,
  to: EpochMs,
  unit: LimitUnit,
  time: WorkTime,
): DurationMs => (WORKING_UNITS.includes(unit) ? time.between(from, to) : between(from, to))

/**
 * The first instant at which so much time that counts for a unit has passed since `from`. With a
 * negative span it is the last instant from which so much passes until `from`. The inverse of
 * {@link unitTimeBetween}.
 *
 * @throws Rejected `invalid-input` when it is more than ten years of working time
 */
export const addUnitTime = (
  from: EpochMs,
  span: DurationMs,
  unit: LimitUnit,
  time: WorkTime,
): EpochMs => (WORKING_UNITS.includes(unit) ? time.after(from, span) : plus(from, span))
