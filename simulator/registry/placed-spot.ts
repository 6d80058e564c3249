import type { Place } from '#model/place.ts'
import { splitRandom } from '#simulator/random/random.ts'
import type { Point } from '#simulator/world/local-plane.ts'
import { findSpot, type Ground, type Spot } from '#simulator/world/spot.ts'
import { nearestStretch } from './nearest-stretch.ts'

/** A ground, and how places become points of it. */
export interface Standpoint {
  readonly ground: Ground
  readonly toPoint: (place: Place) => Point
}

/** What the registry says of a place. */
interface Words {
  readonly address?: string | undefined
  readonly gridCode?: string | undefined
}

/** A spot at the very place, at the street that lies nearest. */
export function placedSpot(
  { ground, toPoint }: Standpoint,
  place: Place,
  { address, gridCode }: Words,
): Spot {
  const { plan, map } = ground
  const { stretch, share } = nearestStretch(plan, toPoint(place))
  const { column, row } = stretch.from
  // The last street of a plan has no cell beyond it.
  const cell = [Math.min(column, plan.upright.length - 2), Math.min(row, plan.across.length - 2)]
  const grid = map.cell(...(cell as [number, number]))
  const street = plan.streetName(stretch)
  return {
    place: { lon_deg: place.lon_deg, lat_deg: place.lat_deg },
    street,
    address: address ?? street,
    gridCode: gridCode ?? grid.code,
    subdistrict: grid.street,
    stretch,
    share,
  }
}

const REACH_M: readonly [number, number] = [1, 6]

/** Somewhere at a street, always the same for the same device. */
export const randomSpot = ({ ground }: Standpoint, seed: string, id: string): Spot =>
  findSpot(splitRandom(seed, 'unplaced', id), ground, REACH_M)
