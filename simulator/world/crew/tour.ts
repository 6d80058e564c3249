import {
  between,
  chance,
  fraction,
  integerBetween,
  type Random,
  splitRandom,
} from '#simulator/random/random.ts'
import type { StreetPlan } from '#simulator/world/street-plan.ts'
import type { CollectionRoute } from './collection-plan.ts'
import type { CollectionPoint } from './collection-points.ts'
import { eastOf, type StreetSpot, southOf } from './street-spot.ts'

/** Where a truck stops on a tour, and when, in seconds after it has left the depot. */
export interface Stop {
  readonly spot: StreetSpot
  /** Null where all bins are in no register. */
  readonly point: CollectionPoint | null
  /** How many bins are lifted, those of the point first. */
  readonly lifts: number
  readonly arrive_s: number
  readonly leave_s: number
}

/** From the depot from stop to stop and back. The same whenever it is driven. */
export interface Tour {
  readonly stops: readonly Stop[]
  readonly depot: StreetSpot
  /** When the truck is back at the depot. */
  readonly back_s: number
}

const STOPS: readonly [number, number] = [22, 28]
const READY_S = 12
const LIFT_S = 22
const LIFTING_MAX_S = 600
const NEIGHBOURS_MAX = 2
const BARE_LIFTS: readonly [number, number] = [1, 4]

const START_S = 55
const PLANNED_MS = 6

/**
 * How long a truck is given from one place to another: never less than it takes, whatever lights
 * it stands at. `START_S` covers setting off, stopping, turning and the way to the next corner.
 */
export const planned_s = (grid_m: number): number => START_S + grid_m / PLANNED_MS

export const lift_s = (lifts: number): number => Math.min(LIFT_S, LIFTING_MAX_S / lifts)

/** How long after the arrival at a stop its bin `index` is up. */
export const liftedAfter_s = (lifts: number, index: number): number =>
  READY_S + (index + 0.5) * lift_s(lifts)

/** Tour `number` of the `of` a route has: its share of the points and bins near them. */
export function planTour(
  { seed, plan }: { readonly seed: string; readonly plan: StreetPlan },
  { index, points, depot, stops: area }: CollectionRoute,
  number: number,
  of: number,
): Tour {
  const random = splitRandom(seed, 'tour', index, number)
  const share = (part: number): number => Math.floor((part * points.length) / of)
  const own = points.slice(share(number), share(number + 1))
  const wanted = integerBetween(random, ...STOPS)
  const open: Place[] = own.map((point) =>
    place(plan, point.spot, point, point.bins.length + integerBetween(random, 0, NEIGHBOURS_MAX)),
  )
  while (open.length < wanted) {
    open.push(place(plan, anySpot(random, plan, area), null, integerBetween(random, ...BARE_LIFTS)))
  }
  const home = place(plan, depot, null, 0)
  const stops: Stop[] = []
  let here = home
  let clock_s = 0
  while (open.length > 0) {
    const next = takeNearest(open, here)
    const arrive_s = clock_s + planned_s(apart_m(here, next))
    clock_s = arrive_s + 2 * READY_S + next.lifts * lift_s(next.lifts)
    const { spot, point, lifts } = next
    stops.push({ spot, point, lifts, arrive_s, leave_s: clock_s })
    here = next
  }
  return { stops, depot, back_s: clock_s + planned_s(apart_m(here, home)) }
}

interface Place extends Pick<Stop, 'spot' | 'point' | 'lifts'> {
  readonly east_m: number
  readonly south_m: number
}

const place = (
  plan: StreetPlan,
  spot: StreetSpot,
  point: CollectionPoint | null,
  lifts: number,
): Place => ({
  spot,
  point,
  lifts,
  east_m: eastOf(plan, spot),
  south_m: southOf(plan, spot),
})

const apart_m = (a: Place, b: Place): number =>
  Math.abs(a.east_m - b.east_m) + Math.abs(a.south_m - b.south_m)

function takeNearest(open: Place[], here: Place): Place {
  let best = 0
  let least = Infinity
  for (let index = 0; index < open.length; index += 1) {
    const off = apart_m(here, open[index] as Place)
    if (off < least) {
      least = off
      best = index
    }
  }
  const [found] = open.splice(best, 1)
  return found as Place
}

function anySpot(random: Random, plan: StreetPlan, area: CollectionRoute['stops']): StreetSpot {
  const axis = chance(random, 0.5) ? 'across' : 'upright'
  const { columns, rows } = area
  const inside = ([from, to]: readonly [number, number], ends: boolean, size: number): number =>
    Math.min(from + Math.floor(fraction(random) * (to - from + (ends ? 1 : 0))), size - 1)
  const from = {
    column: inside(columns, axis === 'upright', plan.upright.length),
    row: inside(rows, axis === 'across', plan.across.length),
  }
  return { stretch: { axis, from }, share: between(random, 0.15, 0.85) }
}
