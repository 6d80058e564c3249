import type { DurationMs, EpochMs } from './time.ts'

/** What is left of the limit of what is to be done now, as its clock stands at one moment. */
export interface RemainingTime {
  /** Of time that counts for the limit; negative when it is overdue. */
  readonly left: DurationMs
  /** Whether only working hours count. */
  readonly isWorkTime: boolean
  /** Whether it counts at this moment. */
  readonly isRunning: boolean
  /** When that changes next; null: it does not. */
  readonly turnsAt: EpochMs | null
  /** The moment. */
  readonly at: EpochMs
}
