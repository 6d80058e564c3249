import { along, type Point } from '#simulator/world/local-plane.ts'
import type { StreetLine } from '#simulator/world/street-line.ts'
import {
  type Crossing,
  type StreetPlan,
  type Stretch,
  stretchEnd,
} from '#simulator/world/street-plan.ts'

/** Where one can stand in the middle of a street: so far along a stretch, 0 to 1. */
export interface StreetSpot {
  readonly stretch: Stretch
  readonly share: number
}

export const pointOf = (plan: StreetPlan, { stretch, share }: StreetSpot): Point =>
  along(plan.crossing(stretch.from), plan.crossing(stretchEnd(stretch)), share)

/** A crossing, as the end of a stretch of the street across. */
export const atCrossing = (plan: StreetPlan, { column, row }: Crossing): StreetSpot =>
  column < plan.upright.length - 1
    ? { stretch: { axis: 'across', from: { column, row } }, share: 0 }
    : { stretch: { axis: 'across', from: { column: column - 1, row } }, share: 1 }

const offset = (lines: readonly StreetLine[], index: number): number =>
  (lines[index] as StreetLine).offset_m

/** Metres east of the centre's line, as if no street were bent. */
export function eastOf({ upright }: StreetPlan, { stretch, share }: StreetSpot): number {
  const { axis, from } = stretch
  const here = offset(upright, from.column)
  return axis === 'across' ? here + (offset(upright, from.column + 1) - here) * share : here
}

/** Metres south of the centre's line, as if no street were bent. */
export function southOf({ across }: StreetPlan, { stretch, share }: StreetSpot): number {
  const { axis, from } = stretch
  const here = offset(across, from.row)
  return axis === 'upright' ? here + (offset(across, from.row + 1) - here) * share : here
}
