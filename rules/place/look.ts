import { between, type EpochMs } from '#model/time.ts'
import type { CompiledArea } from './compile-area.ts'
import {
  accuracyOf,
  type Fix,
  hasMoved,
  isReachable,
  JITTER_REACH_M,
  PAIR_GAP,
} from './movement.ts'

export type Side = 'in' | 'out'

/** What one fix tells of an area, with no more than the fix before it. */
export interface Look {
  readonly fix: Fix
  /** The fix before it, where that is not long past. */
  readonly pair: Fix | undefined
  /** Negative outside. */
  readonly depth_m: number
  /** False where no vehicle comes from the fix before to this one. */
  readonly isBelievable: boolean
  /** Where it certainly is; undefined within the accuracy of the boundary. */
  readonly sight: Side | undefined
  readonly moved: boolean
  /** Whether it tells the side by itself: certain, and no jitter of a device that stands. */
  readonly decides: boolean
  /** The earlier of the fixes it looked at. */
  readonly basis: EpochMs
}

export function look(area: CompiledArea, last: Fix | undefined, fix: Fix): Look {
  const pair = last && between(last.at, fix.at) <= PAIR_GAP ? last : undefined
  const depth_m = area.depth_m(fix.lon_deg, fix.lat_deg)
  const distance_m = Math.abs(depth_m)
  const isBelievable = !pair || isReachable(pair, fix)
  const isCertain = isBelievable && distance_m >= accuracyOf(fix)
  const sight: Side | undefined = isCertain ? (depth_m > 0 ? 'in' : 'out') : undefined
  const moved = hasMoved(pair, fix)
  const decides = isCertain && (moved || distance_m >= JITTER_REACH_M)
  return { fix, pair, depth_m, isBelievable, sight, moved, decides, basis: pair?.at ?? fix.at }
}
