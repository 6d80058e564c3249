import { type EpochMs, minutes } from '#model/time.ts'
import { type Fix, isFarFrom } from './movement.ts'

/**
 * Where a device without a speed was a few minutes ago: the first such fix of this stretch of time and
 * of the one before it. Two neighbouring fixes may lie nearer to each other than jitter reaches while
 * the device drives; over minutes it shows. Stretches begin at fixed times; see `Vigil` for why.
 */
export interface Milestones {
  readonly stretch: number
  readonly passed: Fix | undefined
  readonly before: Fix | undefined
}

const STRETCH = minutes(3)
/** What milestones look at is no older. */
export const MILESTONES_MEMORY = minutes(6)

/**
 * A fix with a speed needs none of them, and ends them. The first fix of a stretch counts only for a
 * fold that saw the stretch begin, or knows what was before.
 */
export function passMilestone(
  milestones: Milestones | undefined,
  fix: Fix,
  begunAt: EpochMs,
  isKnown: boolean,
): Milestones | undefined {
  if (fix.speed_kmh !== undefined) return undefined
  const stretch = Math.floor(fix.at / STRETCH)
  if (milestones?.stretch === stretch) return milestones
  return {
    stretch,
    passed: isKnown || stretch * STRETCH > begunAt ? fix : undefined,
    before: milestones?.stretch === stretch - 1 ? milestones.passed : undefined,
  }
}

export const hasPassedOn = ({ passed, before }: Milestones, fix: Fix): boolean =>
  (passed !== undefined && isFarFrom(passed, fix)) ||
  (before !== undefined && isFarFrom(before, fix))
