import { type EpochMs, epochMs } from '#model/time.ts'

/** Where a part takes the time from; tests hand in one of their own. */
export interface Clock {
  now(): EpochMs
}

export const systemClock: Clock = { now: () => epochMs(Date.now()) }
