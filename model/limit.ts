export const LIMIT_UNITS = [
  'continuous-hour',
  'working-hour',
  'working-day',
  'calendar-day',
] as const
export type LimitUnit = (typeof LIMIT_UNITS)[number]

/** Units that run by working hours; the others run day and night. */
export const WORKING_UNITS: readonly LimitUnit[] = ['working-hour', 'working-day']

/** A time limit as the filing condition states it. */
export interface Limit {
  readonly amount: number
  readonly unit: LimitUnit
}
