import { distance_m, type Point } from '#simulator/world/local-plane.ts'
import type { Axis } from '#simulator/world/street-line.ts'
import { type Crossing, type StreetPlan, stretchEnd } from '#simulator/world/street-plan.ts'
import { atCrossing, eastOf, pointOf, type StreetSpot, southOf } from './street-spot.ts'

/** A part of a way without a turn. */
export interface Run {
  readonly length_m: number
  /** On a main street. */
  readonly main: boolean
}

/** A way through the streets, crossing by crossing. Two points at least. */
export interface Way {
  readonly points: readonly Point[]
  /** Distance of each point from the first. */
  readonly distances_m: readonly number[]
  readonly runs: readonly Run[]
  readonly end: StreetSpot
}

export const lengthOf = ({ distances_m }: Way): number => distances_m.at(-1) as number

class WayBuilder {
  readonly #plan: StreetPlan
  readonly #points: Point[]
  readonly #distances: number[] = [0]
  readonly #runs: { length_m: number; main: boolean }[] = []
  #axis: Axis | undefined

  constructor(plan: StreetPlan, from: StreetSpot) {
    this.#plan = plan
    this.#points = [pointOf(plan, from)]
  }

  /** Straight on along the street of an axis that runs through the crossing. */
  along(axis: Axis, { column, row }: Crossing, to: Point): void {
    const step_m = distance_m(this.#points.at(-1) as Point, to)
    if (step_m < 1e-6) return
    this.#points.push(to)
    this.#distances.push((this.#distances.at(-1) as number) + step_m)
    const last = this.#runs.at(-1)
    if (last && axis === this.#axis) {
      last.length_m += step_m
      return
    }
    this.#axis = axis
    const line = axis === 'across' ? this.#plan.across[row] : this.#plan.upright[column]
    this.#runs.push({ length_m: step_m, main: line?.main ?? false })
  }

  /** Crossing by crossing, along one axis. */
  through(axis: Axis, from: Crossing, to: Crossing): void {
    const [first, last] = axis === 'across' ? [from.column, to.column] : [from.row, to.row]
    const step = Math.sign(last - first)
    for (let index = first; index !== last; ) {
      index += step
      const crossing =
        axis === 'across' ? { column: index, row: from.row } : { column: from.column, row: index }
      this.along(axis, crossing, this.#plan.crossing(crossing))
    }
  }

  done(end: StreetSpot): Way {
    if (this.#points.length === 1) {
      this.#points.push(this.#points[0] as Point)
      this.#distances.push(0)
    }
    return { points: this.#points, distances_m: this.#distances, runs: this.#runs, end }
  }
}

/**
 * The shortest way along the streets, first along the one it begins in. It leaves the rectangle
 * around both ends by no more than the stretches they lie in.
 */
export function wayBetween(plan: StreetPlan, from: StreetSpot, to: StreetSpot): Way {
  const builder = new WayBuilder(plan, from)
  const { axis } = from.stretch
  if (isSameStretch(from, to)) {
    builder.along(axis, from.stretch.from, pointOf(plan, to))
    return builder.done(to)
  }
  const [leave, enter] = nearestEnds(plan, from, to)
  builder.along(axis, leave, plan.crossing(leave))
  const turn =
    axis === 'across'
      ? { column: enter.column, row: leave.row }
      : { column: leave.column, row: enter.row }
  builder.through(axis, leave, turn)
  builder.through(axis === 'across' ? 'upright' : 'across', turn, enter)
  builder.along(to.stretch.axis, to.stretch.from, pointOf(plan, to))
  return builder.done(to)
}

const isSameStretch = ({ stretch: a }: StreetSpot, { stretch: b }: StreetSpot): boolean =>
  a.axis === b.axis && a.from.column === b.from.column && a.from.row === b.from.row

function nearestEnds(
  plan: StreetPlan,
  from: StreetSpot,
  to: StreetSpot,
): readonly [Crossing, Crossing] {
  let best: readonly [Crossing, Crossing] = [from.stretch.from, to.stretch.from]
  let least = Infinity
  for (const leave of [from.stretch.from, stretchEnd(from.stretch)]) {
    const out = atCrossing(plan, leave)
    const first = gridDistance_m(plan, from, out)
    for (const enter of [to.stretch.from, stretchEnd(to.stretch)]) {
      const back = atCrossing(plan, enter)
      const whole = first + gridDistance_m(plan, out, back) + gridDistance_m(plan, back, to)
      if (whole >= least) continue
      least = whole
      best = [leave, enter]
    }
  }
  return best
}

/** East and south added up; exact but for bends where one end is a crossing. */
export const gridDistance_m = (plan: StreetPlan, a: StreetSpot, b: StreetSpot): number =>
  Math.abs(eastOf(plan, a) - eastOf(plan, b)) + Math.abs(southOf(plan, a) - southOf(plan, b))

/** One way after the other, without a stop where they meet. */
export function joined(first: Way, second: Way): Way {
  const length = lengthOf(first)
  return {
    points: [...first.points, ...second.points.slice(1)],
    distances_m: [
      ...first.distances_m,
      ...second.distances_m.slice(1).map((distance) => length + distance),
    ],
    runs: [...first.runs, ...second.runs],
    end: second.end,
  }
}

/**
 * Straight along the street one stands in, towards its further end: to the first crossing that is
 * so far off, or to that end.
 */
export function straightOn(plan: StreetPlan, from: StreetSpot, length_m: number): Way {
  const { axis, from: near } = from.stretch
  const across = axis === 'across'
  const [here, last] = across
    ? [near.column, plan.upright.length - 1]
    : [near.row, plan.across.length - 1]
  const step = last - here > here ? 1 : -1
  const builder = new WayBuilder(plan, from)
  let passed = 0
  let before = pointOf(plan, from)
  let index = step === 1 ? here : here + 1
  while (passed < length_m && index !== (step === 1 ? last : 0)) {
    index += step
    const crossing = across ? { column: index, row: near.row } : { column: near.column, row: index }
    const point = plan.crossing(crossing)
    passed += distance_m(before, point)
    before = point
    builder.along(axis, crossing, point)
  }
  const start = step === 1 ? index - 1 : index
  const stretch = {
    axis,
    from: across ? { column: start, row: near.row } : { column: near.column, row: start },
  }
  return builder.done({ stretch, share: step === 1 ? 1 : 0 })
}
