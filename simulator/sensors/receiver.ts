import type { Place } from '#model/place.ts'
import { type EpochMs, seconds } from '#model/time.ts'
import { between, type Random } from '#simulator/random/random.ts'
import { noise, wander } from '#simulator/signals/signal.ts'
import type { Values } from './measured.ts'

/** No fix lies further than this from where the receiver is, on either axis. */
export const FIX_ERROR_MAX_M = 7.5

const DEVIATION_M = FIX_ERROR_MAX_M / 3
const DEGREE_M = 111_000
const CREEP_KMH = 0.8

interface Moving {
  readonly place: Place
  readonly speed_kmh: number
  readonly heading_deg: number
}

/** A satellite receiver in an open street: its error wanders, as those of real ones do. */
export function receiver(random: Random): (state: Moving, at: EpochMs) => Values {
  const east = wander(random, DEVIATION_M, seconds(60))
  const north = wander(random, DEVIATION_M, seconds(60))
  const accuracy = between(random, 2.5, 5)
  const accuracyError = noise(random, 0.4)
  const speedError = noise(random, 0.25)
  let heading: number | undefined
  return ({ place, speed_kmh, heading_deg }, at) => {
    const error = speedError(at)
    // One that stands still does not know which way it faces, and says so by what it said last.
    if (speed_kmh > CREEP_KMH || heading === undefined) heading = heading_deg
    return {
      lon_deg: place.lon_deg + east(at) / (DEGREE_M * Math.cos((place.lat_deg * Math.PI) / 180)),
      lat_deg: place.lat_deg + north(at) / DEGREE_M,
      speed_kmh: Math.max(0, speed_kmh > 0 ? speed_kmh + error : 0),
      heading_deg: heading,
      accuracy_m: accuracy + accuracyError(at),
    }
  }
}
