import { type DurationMs, epochMs, minutes } from '#model/time.ts'
import type { SimulatedDevice } from '#simulator/world/fixtures.ts'
import type { Measure } from './instrument.ts'
import type { Rhythm } from './rhythm.ts'

/** When a device counts as alerted, and how often it then reports. */
export interface Alert {
  readonly channel: string
  readonly above: number
  readonly every: DurationMs
}

/** What is measured, and when. */
export interface Timed extends Rhythm {
  readonly measure: Measure
}

const EVERY = minutes(5)
/** Where the high water of each kind has gone, by the rules for it. */
const HIGH_WATER_MM: Readonly<Record<string, number>> = {
  'manhole-cover': 2_200,
  'pipe-gauge': 1_300,
}

/** What alerts a device that is woken by change; null where nothing does. */
export function alertOf({ kind, medium }: SimulatedDevice): Alert | null {
  const above = HIGH_WATER_MM[kind]
  if (above === undefined || (kind === 'pipe-gauge' && medium === 'water')) return null
  return { channel: 'level_mm', above, every: EVERY }
}

/**
 * Reports more often for as long as what it reads is above the mark, be that so or not. The rhythm
 * itself goes on as if it were not.
 */
export function alerted(measure: Measure, rhythm: Rhythm, { channel, above, every }: Alert): Timed {
  let high = false
  let due = rhythm.firstAt
  return {
    firstAt: due,
    measure(at) {
      const values = measure(at)
      const value = values?.[channel]
      high = typeof value === 'number' && value > above
      return values
    },
    next(at) {
      while (due <= at) due = rhythm.next(due)
      return high ? epochMs(Math.min(due, at + every)) : due
    },
  }
}
