import { days, type EpochMs, epochMs, hours } from '#model/time.ts'
import { fraction, integerBetween, pickWeighted, splitRandom } from '#simulator/random/random.ts'
import type { City } from '#simulator/world/city.ts'
import { type Area, areaAround, widened } from './area.ts'

/** Where an inspector walks, and when he is on duty by his roster. */
export interface Beat {
  readonly area: Area
  /** The last beginning of a shift, at that instant or before it. */
  shiftAt(at: EpochMs): EpochMs
}

/** How long a shift lasts. */
export const SHIFT_MS = hours(8)

const DAY_MS = days(1)
// The city's day begins at midnight of UTC+8.
const CITY_ZONE_MS = hours(8)
/** In crossings, about 100 m from each other: some 16 unit grids. */
const SIDE = 4
const STARTS = [
  { hour: 6, weight: 9 },
  { hour: 14, weight: 9 },
  { hour: 22, weight: 2 },
] as const
const STAGGER_H = 0.5

/** Follows from the city alone. */
export function beatOf({ seed, plan }: Pick<City, 'seed' | 'plan'>, number: number): Beat {
  const random = splitRandom(seed, 'beat', number)
  const size = { columns: plan.upright.length, rows: plan.across.length }
  const corner = areaAround({
    column: integerBetween(random, 0, size.columns - 1),
    row: integerBetween(random, 0, size.rows - 1),
  })
  const { hour } = pickWeighted(random, STARTS)
  const start = Math.round(hours(hour + fraction(random) * STAGGER_H)) - CITY_ZONE_MS
  return {
    area: widened(corner, SIDE, size),
    shiftAt: (at) => epochMs(at - ((((at - start) % DAY_MS) + DAY_MS) % DAY_MS)),
  }
}
