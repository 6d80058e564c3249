import type { LimitUnit } from '#model/limit.ts'

/**
 * A start, a limit, the deadline, and why. Times are those of the wall clock in China, worked out by
 * hand over the calendar of 2025 and 2026.
 */
export type DeadlineRow = readonly [
  start: string,
  amount: number,
  unit: LimitUnit,
  deadline: string,
  why: string,
]

/** The deadline, and those after the first and the second extension by the limit itself. */
export type ExtensionRow = readonly [
  start: string,
  amount: number,
  unit: LimitUnit,
  deadline: string,
  extended: string,
  extendedAgain: string,
  why: string,
]

/** What was left of the limit at parking runs on from the instant at which parking ends. */
export type ParkingRow = readonly [
  start: string,
  amount: number,
  unit: LimitUnit,
  parkedAt: string,
  resumesAt: string,
  deadline: string,
  why: string,
]
