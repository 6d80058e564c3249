import type { Bilingual } from './text.ts'

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
export type Weekday = (typeof WEEKDAYS)[number]

/**
 * The days a window is for: `workday` is every day on which the city works, make-up days (调休)
 * included and public holidays not; `restday` is every other day.
 */
export const DAY_SORTS = ['workday', 'restday', ...WEEKDAYS] as const
export type DaySort = (typeof DAY_SORTS)[number]

/** Hours of a day. `to` at or before `from` is on the day after; the days are those of its begin. */
export interface TimeWindow {
  /** Null: every day. */
  readonly days: readonly DaySort[] | null
  /** Minutes after midnight, 0 to 1439. */
  readonly from: number
  /** Minutes after midnight, exclusive, 1 to 1440. */
  readonly to: number
}

/** A part of the year, both days included; it may reach across New Year. */
export interface Season {
  /** `06-01`: month and day. */
  readonly from: string
  readonly to: string
}

/** When something applies: in one of the windows and one of the seasons. */
export interface Schedule {
  /** At least one. */
  readonly windows: readonly TimeWindow[]
  /** Null: all the year. */
  readonly seasons: readonly Season[] | null
}

/** A schedule that rules name. */
export interface NamedSchedule extends Schedule {
  /** `working-hours`. */
  readonly id: string
  readonly title: Bilingual
}

/** The schedule of a rule: one by its name, or one of its own; `not` turns it round. */
export interface RuleSchedule {
  readonly not: boolean
  readonly schedule: string | Schedule
}
