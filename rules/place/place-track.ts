import {
  between,
  type DurationMs,
  type EpochMs,
  hours,
  milliseconds,
  minutes,
} from '#model/time.ts'
import type { CompiledArea } from './compile-area.ts'
import { hasCrossed, type OutsideFix } from './crossing.ts'
import { type Look, look } from './look.ts'
import { hasPassedOn, MILESTONES_MEMORY, type Milestones, passMilestone } from './milestones.ts'
import { type Fix, sameFix } from './movement.ts'
import { NOWHERE, nextSide, SIDE_LIFE, type Whereabouts } from './side.ts'
import { beginsVigil, nextVigil, sameVigil, type Vigil } from './vigil.ts'

export type { Side } from './look.ts'
export type { Fix } from './movement.ts'

/** A state depends on no fix that is older. */
export const TRACK_MEMORY: DurationMs = hours(6)
/** A dwell is counted no further. With the life of a side it makes the memory. */
export const LONGEST_DWELL: DurationMs = milliseconds(TRACK_MEMORY - SIDE_LIFE)
/** A way between two fixes further apart in time is not taken for straight. */
export const CROSSING_GAP: DurationMs = minutes(5)

/** What is known of one device and one area after a fix. */
export interface PlaceTrack extends Whereabouts {
  readonly last: Fix | undefined
  /** Came through at this very fix, between one outside shortly before and this one. */
  readonly crossed: boolean | undefined
  /** The last fix certainly outside, of the last {@link CROSSING_GAP}. */
  readonly outside: OutsideFix | undefined
  readonly vigil: Vigil | undefined
  readonly milestones: Milestones | undefined
  /** When the first fix was fed; before all time where the fold began with the first ever. */
  readonly begunAt: EpochMs | undefined
  readonly knows: Knowledge
  readonly isSettled: boolean
}

/** Which parts of a state would be the same had the fold begun earlier. */
interface Knowledge {
  readonly side: boolean
  readonly vigil: boolean
  readonly outside: boolean
  readonly milestones: boolean
}

const NOTHING: Knowledge = { side: false, vigil: false, outside: false, milestones: false }
const EVERYTHING: Knowledge = { side: true, vigil: true, outside: true, milestones: true }

const isAll = ({ side, vigil, outside, milestones }: Knowledge): boolean =>
  side && vigil && outside && milestones

const blank = (isWhole: boolean): PlaceTrack => ({
  ...NOWHERE,
  last: undefined,
  crossed: undefined,
  outside: undefined,
  vigil: undefined,
  milestones: undefined,
  begunAt: isWhole ? (-Infinity as EpochMs) : undefined,
  knows: isWhole ? EVERYTHING : NOTHING,
  isSettled: isWhole,
})

const [PARTIAL, WHOLE] = [blank(false), blank(true)]

/** What is known before any fix. `isWhole`: there were none before those that will be fed. */
export const blankTrack = (isWhole: boolean): PlaceTrack => (isWhole ? WHOLE : PARTIAL)

/** Whether the state, with its answers, would be the same had the fold begun earlier. */
export const isSettled = (track: PlaceTrack): boolean => track.isSettled

/** Whether the device is inside; undefined where that is not certain. */
export const isInside = ({ side, isSure }: PlaceTrack): boolean | undefined =>
  isSure && side !== undefined ? side === 'in' : undefined

/** For how long it has been inside, {@link LONGEST_DWELL} at most; 0 outside. */
export function dwellOf({ side, isSure, since, last }: PlaceTrack): DurationMs | undefined {
  if (side === undefined || !isSure) return undefined
  return since === undefined || !last ? milliseconds(0) : between(since, last.at)
}

/**
 * One step of the fold over the fixes of one device; they ascend.
 *
 * A side changes only at a fix certain by its accuracy, and only where the device moved: by its
 * speed, by a displacement jitter does not explain, or to so far beyond the boundary that jitter does
 * not reach. A device that stands tells its side by a whole watch of fixes; see {@link Vigil}. Each of
 * these looks at no more than a few fixes, never at the side before: so a side does not depend on what
 * is long past, and a fold begun later comes to the same.
 *
 * @param before Undefined is a fold begun in the middle, as `blankTrack(false)`.
 */
export function advance(
  area: CompiledArea,
  before: PlaceTrack | undefined = PARTIAL,
  fix: Fix,
): PlaceTrack {
  const begunAt = before.begunAt ?? fix.at
  const isFirst = before.begunAt === undefined
  const age = between(begunAt, fix.at)
  const seen = look(area, before.last, fix)
  const { knows } = before
  const now = nextSide(before, knows.side, {
    look: seen,
    vigil: before.vigil,
    knowsVigil: knows.vigil,
    isFirst,
    longestDwell: LONGEST_DWELL,
  })
  const milestones = passMilestone(before.milestones, fix, begunAt, knows.milestones)
  const { outside, crossed, isFresh } = nextOutside(area, before, seen, milestones)
  const known: Knowledge = {
    side: now.isKnown,
    vigil: knows.vigil || (!isFirst && beginsVigil(before.vigil, seen)),
    outside: knows.outside || (!isFirst && isFresh) || age > CROSSING_GAP,
    milestones: knows.milestones || milestones === undefined || age > MILESTONES_MEMORY,
  }
  const hasForgotten = age >= TRACK_MEMORY
  return {
    side: now.side,
    isSure: now.isSure,
    since: now.since,
    restsOn: now.restsOn,
    entered: now.entered,
    left: now.left,
    last: fix,
    crossed: now.left === true ? false : crossed,
    outside,
    vigil: nextVigil(before.vigil, seen),
    milestones,
    begunAt,
    knows: hasForgotten || isAll(known) ? EVERYTHING : known,
    isSettled: hasForgotten || isAll(knows),
  }
}

/** The fix outside to remember, and whether the device came through since the one remembered. */
function nextOutside(
  area: CompiledArea,
  before: PlaceTrack,
  { fix, pair, depth_m, sight, moved, decides }: Look,
  milestones: Milestones | undefined,
) {
  const there =
    before.outside && between(before.outside.fix.at, fix.at) <= CROSSING_GAP
      ? before.outside
      : undefined
  if (sight !== 'out') {
    const isIn = decides && sight === 'in'
    return { outside: isIn ? undefined : there, crossed: false, isFresh: isIn }
  }
  const here: OutsideFix = { fix, away_m: -depth_m }
  const isOnItsWay = moved || (milestones !== undefined && hasPassedOn(milestones, fix))
  // Without a fix outside shortly before, only a device that stands has certainly not come through.
  const standing = pair && !isOnItsWay ? false : undefined
  const crossed = there ? hasCrossed(area, there, here, isOnItsWay) : standing
  return { outside: here, crossed, isFresh: true }
}

/** Whether two folds have come to the same state with the same answers. */
export const sameTrack = (a: PlaceTrack, b: PlaceTrack): boolean =>
  a === b ||
  (sameFix(a.last, b.last) &&
    a.side === b.side &&
    a.isSure === b.isSure &&
    a.since === b.since &&
    a.restsOn === b.restsOn &&
    a.entered === b.entered &&
    a.left === b.left &&
    a.crossed === b.crossed &&
    sameFix(a.outside?.fix, b.outside?.fix) &&
    sameVigil(a.vigil, b.vigil) &&
    a.milestones?.stretch === b.milestones?.stretch &&
    sameFix(a.milestones?.passed, b.milestones?.passed) &&
    sameFix(a.milestones?.before, b.milestones?.before))
