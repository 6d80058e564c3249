import type { Place } from '#model/place.ts'
import { along, distance_m, type LocalPlane, type Point } from '#simulator/world/local-plane.ts'
import type { StreetLine } from '#simulator/world/street-line.ts'
import { type StreetPlan, type Stretch, stretchEnd } from '#simulator/world/street-plan.ts'
import { TURN_DEG } from '#simulator/world/yuncheng.ts'

/** A stretch of street, and where along it, 0 to 1. */
export interface StretchShare {
  readonly stretch: Stretch
  readonly share: number
}

const FAR_M = 10_000

/** Turns places into points: what {@link LocalPlane.toPlace} does, the other way round. */
export function pointOf(plane: LocalPlane): (place: Place) => Point {
  const middle = plane.toPlace({ east_m: 0, north_m: 0 })
  const corner = plane.toPlace({ east_m: FAR_M, north_m: FAR_M })
  const east_m = FAR_M / (corner.lon_deg - middle.lon_deg)
  const north_m = FAR_M / (corner.lat_deg - middle.lat_deg)
  return ({ lon_deg, lat_deg }) => ({
    east_m: (lon_deg - middle.lon_deg) * east_m,
    north_m: (lat_deg - middle.lat_deg) * north_m,
  })
}

/** A point by the directions of the streets, which are turned a little against the compass. */
export function asStreetsLie({ east_m, north_m }: Point): Point {
  const turn = (TURN_DEG * Math.PI) / 180
  return {
    east_m: east_m * Math.cos(turn) - north_m * Math.sin(turn),
    north_m: east_m * Math.sin(turn) + north_m * Math.cos(turn),
  }
}

/** The stretch that lies nearest to a point; at the edge of the plan for what lies beyond it. */
export function nearestStretch(plan: StreetPlan, point: Point): StretchShare {
  const { east_m, north_m } = asStreetsLie(point)
  const column = lineBefore(plan.upright, east_m)
  const row = lineBefore(plan.across, -north_m)
  let best: (StretchShare & { readonly off_m: number }) | undefined
  for (const stretch of around(plan, column, row)) {
    const near = shareOf(plan, stretch, point)
    if (!best || near.off_m < best.off_m) best = { stretch, ...near }
  }
  const { stretch, share } = best as StretchShare
  return { stretch, share }
}

/** The last line at or before an offset, of which there is a next one. */
function lineBefore(lines: readonly StreetLine[], offset_m: number): number {
  let [low, high] = [0, lines.length - 2]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if ((lines[middle] as StreetLine).offset_m <= offset_m) low = middle
    else high = middle - 1
  }
  return low
}

/** The sides of a cell and of those around it: streets bend, so a point may lie in the next one. */
function* around(plan: StreetPlan, column: number, row: number): Generator<Stretch> {
  const [columns, rows] = [plan.upright.length, plan.across.length]
  for (let r = Math.max(0, row - 1); r <= Math.min(rows - 1, row + 2); r += 1) {
    for (let c = Math.max(0, column - 1); c <= Math.min(columns - 1, column + 2); c += 1) {
      if (c < columns - 1) yield { axis: 'across', from: { column: c, row: r } }
      if (r < rows - 1) yield { axis: 'upright', from: { column: c, row: r } }
    }
  }
}

function shareOf(plan: StreetPlan, stretch: Stretch, point: Point) {
  const from = plan.crossing(stretch.from)
  const to = plan.crossing(stretchEnd(stretch))
  const [east, north] = [to.east_m - from.east_m, to.north_m - from.north_m]
  const ahead =
    ((point.east_m - from.east_m) * east + (point.north_m - from.north_m) * north) /
    (east * east + north * north)
  const share = Math.max(0, Math.min(1, ahead))
  return { share, off_m: distance_m(point, along(from, to, share)) }
}
