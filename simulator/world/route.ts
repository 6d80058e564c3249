import { along, bearing_deg, distance_m, type Point } from './local-plane.ts'
import type { Axis } from './street-line.ts'
import type { Crossing, StreetPlan } from './street-plan.ts'

/** A way along one street, crossing by crossing. */
export interface Route {
  readonly points: readonly Point[]
  /** Distance of each point from the first. */
  readonly distances_m: readonly number[]
  readonly length_m: number
  readonly end: Crossing
  /** On a main street. */
  readonly main: boolean
}

export interface Direction {
  readonly axis: Axis
  readonly step: 1 | -1
}

export const DIRECTIONS: readonly Direction[] = [
  { axis: 'across', step: 1 },
  { axis: 'across', step: -1 },
  { axis: 'upright', step: 1 },
  { axis: 'upright', step: -1 },
]

/** How many crossings lie ahead until the street ends. */
export function crossingsAhead(
  plan: StreetPlan,
  from: Crossing,
  { axis, step }: Direction,
): number {
  const [here, count] =
    axis === 'across' ? [from.column, plan.upright.length] : [from.row, plan.across.length]
  return step === 1 ? count - 1 - here : here
}

/** The way over so many crossings; no more than there are ahead. */
export function follow(
  plan: StreetPlan,
  from: Crossing,
  direction: Direction,
  crossings: number,
): Route {
  const { axis, step } = direction
  const count = Math.min(crossings, crossingsAhead(plan, from, direction))
  const passed = Array.from({ length: count + 1 }, (_, index): Crossing => {
    const moved = index * step
    return axis === 'across'
      ? { column: from.column + moved, row: from.row }
      : { column: from.column, row: from.row + moved }
  })
  const points = passed.map((crossing) => plan.crossing(crossing))
  const distances: number[] = [0]
  for (let index = 1; index < points.length; index += 1) {
    const step_m = distance_m(points[index - 1] as Point, points[index] as Point)
    distances.push((distances[index - 1] as number) + step_m)
  }
  const line = axis === 'across' ? plan.across[from.row] : plan.upright[from.column]
  return {
    points,
    distances_m: distances,
    length_m: distances.at(-1) as number,
    end: passed.at(-1) as Crossing,
    main: line?.main ?? false,
  }
}

/** The way to the first crossing that is at least so far off, or to the end of the street. */
export function followFor(
  plan: StreetPlan,
  from: Crossing,
  direction: Direction,
  length_m: number,
): Route {
  const most = crossingsAhead(plan, from, direction)
  for (let crossings = 1; crossings < most; crossings += 1) {
    const route = follow(plan, from, direction, crossings)
    if (route.length_m >= length_m) return route
  }
  return follow(plan, from, direction, most)
}

/** Where one is after `distance` metres, and which way one faces there. */
export function pointAlong(
  { points, distances_m, length_m }: Route,
  distance: number,
): { readonly point: Point; readonly heading_deg: number } {
  const reached = Math.max(0, Math.min(length_m, distance))
  let index = 1
  while (index < points.length - 1 && (distances_m[index] as number) < reached) index += 1
  const [from, to] = [points[index - 1] as Point, points[index] as Point]
  const start = distances_m[index - 1] as number
  const share = (reached - start) / ((distances_m[index] as number) - start)
  return { point: along(from, to, share), heading_deg: bearing_deg(from, to) }
}
