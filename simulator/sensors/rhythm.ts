import { type EpochMs, epochMs } from '#model/time.ts'
import { between, splitRandom } from '#simulator/random/random.ts'
import type { SimulatedDevice } from '#simulator/world/fixtures.ts'
import type { Setting } from '#simulator/world/setting.ts'
import type { Instrument } from './instrument.ts'

/** When readings are taken. */
export type Rhythm = Pick<Instrument, 'firstAt' | 'next'>

const JITTER = 0.05

/** By interval, give or take a twentieth, from somewhere within the first one on. */
export function byInterval(
  { city, startedAt, interval }: Pick<Setting, 'city' | 'startedAt' | 'interval'>,
  { kind, number }: SimulatedDevice,
): Rhythm {
  const timing = splitRandom(city.seed, 'timing', kind, number)
  const own = interval(kind)
  return {
    firstAt: epochMs(startedAt + Math.floor(between(timing, 0, own))),
    next(at) {
      const pause = own * between(timing, 1 - JITTER, 1 + JITTER)
      return epochMs(at + Math.max(1, Math.round(pause)))
    },
  }
}

/**
 * A rhythm with wakes in between, given in the order of time. The rhythm itself goes on as if
 * there were none.
 */
export function wokenAt(wakes: readonly EpochMs[], rhythm: Rhythm): Rhythm {
  if (wakes.length === 0) return rhythm
  let due = rhythm.firstAt
  let index = 0
  const earliest = (): EpochMs => epochMs(Math.min(due, wakes[index] ?? Infinity))
  return {
    firstAt: earliest(),
    next(at) {
      while (due <= at) due = rhythm.next(due)
      while ((wakes[index] ?? Infinity) <= at) index += 1
      return earliest()
    },
  }
}
