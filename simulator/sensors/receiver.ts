import type { Place } from '#model/place.ts'
import { type EpochMs, seconds } from '#model/time.ts'
import { between, gaussian, type Random } from '#simulator/random/random.ts'
import { takeCells } from '#simulator/signals/cells.ts'
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
 */
export class Receiver {
  readonly #random: Random
  /** Deviation and stated accuracy in m, error on both axes in deviations, its time, heading. */
  readonly #numbers: Float64Array
  readonly #from: number

  /** @param deviation_m of the error on either axis; as in an open street when absent */
  constructor(random: Random, deviation_m: number = OPEN_STREET_M) {
    const { numbers, from } = takeCells(6)
    numbers[from] = deviation_m
    numbers[from + 1] = deviation_m * between(random, ...STATED)
    numbers[from + 2] = gaussian(random)
    numbers[from + 3] = gaussian(random)
    numbers[from + 4] = Infinity
    numbers[from + 5] = Number.NaN
    this.#random = random
    this.#numbers = numbers
    this.#from = from
  }

  fix({ place, speed_kmh, heading_deg }: Moving, at: EpochMs): Fix {
    const random = this.#random
    const numbers = this.#numbers
    const from = this.#from
    const deviation_m = numbers[from] as number
    const passed = Math.max(0, at - (numbers[from + 4] as number))
    const kept = Math.exp(-passed / MEMORY_MS)
    const fresh = Math.sqrt(1 - kept * kept)
    const east = within(kept * (numbers[from + 2] as number) + fresh * gaussian(random))
    const north = within(kept * (numbers[from + 3] as number) + fresh * gaussian(random))
    numbers[from + 2] = east
    numbers[from + 3] = north
    numbers[from + 4] = at
    // One that stands still does not know which way it faces, and says so by what it said last.
    const known = speed_kmh <= CREEP_KMH && !Number.isNaN(numbers[from + 5])
    if (!known) numbers[from + 5] = heading_deg
    return {
      lon_deg: place.lon_deg + lonOf(deviation_m * east, place.lat_deg),
      lat_deg: place.lat_deg + latOf(deviation_m * north),
      speed_kmh: speed_kmh > 0 ? Math.max(0, speed_kmh + 0.25 * gaussian(random)) : 0,
      heading_deg: numbers[from + 5] as number,
      accuracy_m: (numbers[from + 1] as number) + STATED_NOISE * deviation_m * gaussian(random),
    }
  }
}

const within = (value: number): number => (value > REACH ? REACH : value < -REACH ? -REACH : value)
