import { between, integerBetween, splitRandom } from '#simulator/random/random.ts'
import type { City } from '#simulator/world/city.ts'
import type { StreetPlan, Stretch } from '#simulator/world/street-plan.ts'
import { stretchEnd } from '#simulator/world/street-plan.ts'
import { type Area, areaAround, spanned, widened } from './area.ts'
import { type CollectionPoint, collectionPoints } from './collection-points.ts'
import type { StreetSpot } from './street-spot.ts'

/** What one truck looks after. */
export interface CollectionRoute {
  /** Its place among all routes; the first ones are those of the fleet's trucks, by number. */
  readonly index: number
  readonly points: readonly CollectionPoint[]
  readonly depot: StreetSpot
  /** Holds all stops and the depot: a truck that keeps to its route does not leave it. */
  readonly area: Area
  /** Where its stops are. */
  readonly stops: Area
}

/** Who lifts which bins. Depends on the city alone. */
export interface CollectionPlan {
  readonly routes: readonly CollectionRoute[]
  routeOf(point: CollectionPoint): CollectionRoute
  /** By the key of a bin. */
  pointOf(key: string): CollectionPoint | undefined
}

const POINTS_MAX = 48
const BINS_MAX = 120
// In crossings, 100 m from each other.
const REACH_MAX = 14
const REACH_MIN = 8
const DEPOTS_EVERY = 8

/**
 * Points in a row make a route, as many for each truck of the fleet as there are for all. What
 * lies too far from each other, or is more than the fleet can lift, is on routes of crews that are
 * not in it; a truck that nothing is left for goes round bins that are in no register.
 */
export function planCollection(city: City): CollectionPlan {
  const points = collectionPoints(city)
  const trucks = city.devices.reduce(
    (count, { kind }) => (kind === 'refuse-truck' ? count + 1 : count),
    0,
  )
  const each = Math.min(POINTS_MAX, Math.max(1, Math.ceil(points.length / Math.max(1, trucks))))
  const groups = grouped(points, each)
  const watched = (group: readonly CollectionPoint[]): number =>
    group.reduce((sum, { bins }) => sum + bins.filter(({ device }) => device).length, 0)
  if (groups.length > trucks) groups.sort((a, b) => watched(b) - watched(a))
  while (groups.length < trucks) groups.push([])
  const routes = groups.map((group, index) => routeOf(city, index, group))
  const byPoint = new Map(routes.flatMap((route) => route.points.map((point) => [point, route])))
  const byKey = new Map(points.flatMap((point) => point.bins.map(({ key }) => [key, point])))
  return {
    routes,
    routeOf: (point) => byPoint.get(point) as CollectionRoute,
    pointOf: (key) => byKey.get(key),
  }
}

const areaOf = (stretch: Stretch): Area =>
  spanned(areaAround(stretch.from), areaAround(stretchEnd(stretch)))

function grouped(points: readonly CollectionPoint[], each: number): CollectionPoint[][] {
  const groups: CollectionPoint[][] = []
  let group: CollectionPoint[] = []
  let area: Area | undefined
  let bins = 0
  for (const point of points) {
    const own = areaOf(point.spot.stretch)
    const grown: Area = area ? spanned(area, own) : own
    const fits =
      group.length < each && bins + point.bins.length <= BINS_MAX && reachOf(grown) <= REACH_MAX
    if (group.length > 0 && !fits) {
      groups.push(group)
      group = []
      bins = 0
    }
    area = group.length === 0 ? own : grown
    bins += point.bins.length
    group.push(point)
  }
  if (group.length > 0) groups.push(group)
  return groups
}

const reachOf = ({ columns, rows }: Area): number =>
  Math.max(columns[1] - columns[0], rows[1] - rows[0])

function routeOf(
  { seed, plan }: Pick<City, 'seed' | 'plan'>,
  index: number,
  points: readonly CollectionPoint[],
): CollectionRoute {
  const random = splitRandom(seed, 'collection-route', index)
  const size = { columns: plan.upright.length, rows: plan.across.length }
  const anchor = areaAround({
    column: integerBetween(random, 0, size.columns - 1),
    row: integerBetween(random, 0, size.rows - 1),
  })
  const [first, ...others] = points.map(({ spot }) => areaOf(spot.stretch))
  const stops = widened(others.reduce(spanned, first ?? anchor), REACH_MIN, size)
  const depot = { stretch: depotNear(plan, stops), share: between(random, 0.2, 0.8) }
  return { index, points, depot, stops, area: spanned(stops, areaOf(depot.stretch)) }
}

/** Depots lie about 800 m from each other; at a street across, in from the crossing to its west. */
function depotNear({ upright, across }: StreetPlan, { columns, rows }: Area): Stretch {
  const nearest = ([from, to]: Area['columns'], size: number): number => {
    const count = Math.max(1, Math.round(size / DEPOTS_EVERY))
    const place = Math.floor((((from + to) / 2) * count) / size)
    return Math.floor(((Math.min(count - 1, place) + 0.5) * size) / count)
  }
  return {
    axis: 'across',
    from: { column: nearest(columns, upright.length - 1), row: nearest(rows, across.length) },
  }
}
