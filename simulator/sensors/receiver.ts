import type { Place } from '#model/place.ts'
import { type EpochMs, seconds } from '#model/time.ts'
import { between, gaussian, type Random } from '#simulator/random/random.ts'
import { latOf, lonOf } from './fix.ts'

const OPEN_STREET_M = 2.5
const REACH = 3
/** No fix in an open street lies further than this from where the receiver is, on either axis. */
export const FIX_ERROR_MAX_M = REACH * OPEN_STREET_M

const MEMORY_MS = seconds(60)
const CREEP_KMH = 0.8
// Two thirds of all fixes lie within 1.5 deviations of an axis: around that receivers say it.
const STATED: readonly [number, number] = [1, 2]
const STATED_NOISE = 0.16

export interface Fix {
  readonly lon_deg: number
  readonly lat_deg: number
  readonly speed_kmh: number
  readonly heading_deg: number
  readonly accuracy_m: number
}

interface Moving {
  readonly place: Place
  readonly speed_kmh: number
  readonly heading_deg: number
}

/**
 * A satellite receiver. Its error wanders on two axes, as those of real ones do; the accuracy it
 * states is about as good as the truth.
 *
 * @param deviation_m of the error on either axis; as in an open street when absent
 */
export function receiver(
  random: Random,
  deviation_m: number = OPEN_STREET_M,
): (state: Moving, at: EpochMs) => Fix {
  const stated = deviation_m * between(random, ...STATED)
  let east = gaussian(random)
  let north = gaussian(random)
  let last: EpochMs | undefined
  let heading: number | undefined
  return ({ place, speed_kmh, heading_deg }, at) => {
    const kept = last === undefined ? 1 : Math.exp((last - at) / MEMORY_MS)
    const fresh = Math.sqrt(1 - kept * kept)
    last = at
    east = within(east * kept + fresh * gaussian(random))
    north = within(north * kept + fresh * gaussian(random))
    // One that stands still does not know which way it faces, and says so by what it said last.
    if (speed_kmh > CREEP_KMH || heading === undefined) heading = heading_deg
    return {
      lon_deg: place.lon_deg + lonOf(deviation_m * east, place.lat_deg),
      lat_deg: place.lat_deg + latOf(deviation_m * north),
      speed_kmh: speed_kmh > 0 ? Math.max(0, speed_kmh + 0.25 * gaussian(random)) : 0,
      heading_deg: heading,
      accuracy_m: stated + STATED_NOISE * deviation_m * gaussian(random),
    }
  }
}

const within = (value: number): number => Math.max(-REACH, Math.min(REACH, value))
