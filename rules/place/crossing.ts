import { type CompiledArea, DEGREE_M, lonDegree_m } from './compile-area.ts'
import { accuracyOf, distance_m, type Fix, hasMoved, isReachable } from './movement.ts'

/** A fix certainly outside of an area. */
export interface OutsideFix {
  readonly fix: Fix
  /** How far outside, in metres, at least. */
  readonly away_m: number
}

/**
 * Whether a device that was outside at both of two fixes came through the area between them: the
 * straight way goes through it, and so do its parallels as far away as the fixes are uncertain. Then
 * it is certain even of an area thinner than the uncertainty. Undefined where only some of them do.
 *
 * @param moved Whether the device is known to be on its way, whatever the two fixes say.
 */
export function hasCrossed(
  area: CompiledArea,
  from: OutsideFix,
  to: OutsideFix,
  moved: boolean,
): boolean | undefined {
  const length_m = distance_m(from.fix, to.fix)
  if (length_m < from.away_m + to.away_m) return false
  if (!moved && !hasMoved(from.fix, to.fix)) return false
  if (!isReachable(from.fix, to.fix)) return undefined
  const { lon_deg: ax, lat_deg: ay } = from.fix
  const { lon_deg: bx, lat_deg: by } = to.fix
  const scale_m = lonDegree_m(by)
  const aside_m = Math.max(accuracyOf(from.fix), accuracyOf(to.fix))
  const dx = ((-(by - ay) * DEGREE_M) / length_m) * (aside_m / scale_m)
  const dy = (((bx - ax) * scale_m) / length_m) * (aside_m / DEGREE_M)
  const left = area.meets(ax + dx, ay + dy, bx + dx, by + dy)
  const right = area.meets(ax - dx, ay - dy, bx - dx, by - dy)
  const straight = area.meets(ax, ay, bx, by)
  if (left && right && straight) return true
  return left || right || straight ? undefined : false
}
