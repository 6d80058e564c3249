import { type EpochMs, epochMs } from '#model/time.ts'
import { between, splitRandom } from '#simulator/random/random.ts'
import type { SimulatedDevice } from '#simulator/world/fixtures.ts'
import type { Setting } from '#simulator/world/setting.ts'
import type { Instrument } from './instrument.ts'

const JITTER = 0.05

/** By interval, give or take a twentieth, from somewhere within the first one on. */
export function rhythm(
  { city, startedAt, interval }: Setting,
  { kind, number }: SimulatedDevice,
): Pick<Instrument, 'firstAt' | 'next'> {
  const timing = splitRandom(city.seed, 'timing', kind, number)
  const own = interval(kind)
  return {
    firstAt: epochMs(startedAt + Math.floor(between(timing, 0, own))),
    next(at: EpochMs) {
      const pause = own * between(timing, 1 - JITTER, 1 + JITTER)
      return epochMs(at + Math.max(1, Math.round(pause)))
    },
  }
}
