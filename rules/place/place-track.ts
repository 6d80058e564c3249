import { between, type DurationMs, type EpochMs, hours, milliseconds, minus } from '#model/time.ts'
import type { CompiledArea } from './compile-area.ts'
import { hasCrossed, type OutsideFix } from './crossing.ts'
import { hasPassedOn, MILESTONES_MEMORY, type Milestones, passMilestone } from './milestones.ts'
import {
  accuracyOf,
  type Fix,
  hasMoved,
  isReachable,
  JITTER_REACH_M,
  PAIR_GAP,
} from './movement.ts'
import {
  beginVigil,
  extendVigil,
  sameVigil,
  VIGIL_ACCURACY_M,
  type Vigil,
  verdictOf,
  watchOf,
} from './vigil.ts'

export type Side = 'in' | 'out'

/** A state depends on no fix that is older. */
export const TRACK_MEMORY: DurationMs = hours(6)
/** A side is forgotten so long after the earliest fix it was told from. */
const SIDE_LIFE: DurationMs = hours(3)
/** A dwell is counted no further. With the life of a side it makes the memory. */
export const LONGEST_DWELL: DurationMs = milliseconds(TRACK_MEMORY - SIDE_LIFE)
/** A way between two fixes further apart in time is not taken for straight. */
export const CROSSING_GAP: DurationMs = milliseconds(5 * 60_000)

/** What is known of one device and one area after a fix. */
export interface PlaceTrack {
  readonly last: Fix | undefined
  /** Where the device was when that was last certain. */
  readonly side: Side | undefined
  /** Whether it still is on that side: it has not moved to an uncertain place since. */
  readonly isSure: boolean
  /** The first fix of the side `in`, or {@link LONGEST_DWELL} ago. */
  readonly since: EpochMs | undefined
  /** The earliest fix that the side was told from. */
  readonly restsOn: EpochMs
  /** At this very fix; undefined where one of the sides is. */
  readonly entered: boolean | undefined
  readonly left: boolean | undefined
  /** Came through between two fixes outside, the later of which is this. */
  readonly crossed: boolean | undefined
  /** The last fix certainly outside. */
  readonly outside: OutsideFix | undefined
  readonly vigil: Vigil | undefined
  readonly milestones: Milestones | undefined
  /** When the first fix was fed; before all time where the fold began with the first ever. */
  readonly begunAt: EpochMs | undefined
  /** Which parts could not be other had the fold begun earlier. */
  readonly knows: Knowledge
  readonly isSettled: boolean
}

interface Knowledge {
  readonly side: boolean
  readonly vigil: boolean
  readonly outside: boolean
  readonly milestones: boolean
}

const NOTHING: Knowledge = { side: false, vigil: false, outside: false, milestones: false }
const EVERYTHING: Knowledge = { side: true, vigil: true, outside: true, milestones: true }

const blank = (isWhole: boolean): PlaceTrack => ({
  last: undefined,
  side: undefined,
  isSure: false,
  since: undefined,
  restsOn: -Infinity as EpochMs,
  entered: undefined,
  left: undefined,
  crossed: undefined,
  outside: undefined,
  vigil: undefined,
  milestones: undefined,
  begunAt: isWhole ? (-Infinity as EpochMs) : undefined,
  knows: isWhole ? EVERYTHING : NOTHING,
  isSettled: isWhole,
})

const BLANKS = [blank(false), blank(true)] as const

/** What is known before any fix. `isWhole`: there were none before those that will be fed. */
export const blankTrack = (isWhole: boolean): PlaceTrack => BLANKS[isWhole ? 1 : 0]

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

/** What the parts of a step tell each other. */
interface Draft {
  side: Side | undefined
  since: EpochMs | undefined
  restsOn: EpochMs
  isSure: boolean
  knowsSide: boolean
  entered: boolean
  left: boolean
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
  before: PlaceTrack = blankTrack(false),
  fix: Fix,
): PlaceTrack {
  const { last } = before
  const isFirst = last === undefined && before.begunAt === undefined
  const pair = last && between(last.at, fix.at) <= PAIR_GAP ? last : undefined
  const begunAt = before.begunAt ?? fix.at
  const isRemembered = between(begunAt, fix.at) < TRACK_MEMORY

  const depth_m = area.depth_m(fix.lon_deg, fix.lat_deg)
  const accuracy_m = accuracyOf(fix)
  const isBelievable = !pair || isReachable(pair, fix)
  const sight: Side | undefined =
    !isBelievable || Math.abs(depth_m) < accuracy_m ? undefined : depth_m > 0 ? 'in' : 'out'
  const moved = hasMoved(pair, fix)
  const decides = sight !== undefined && (moved || Math.abs(depth_m) >= JITTER_REACH_M)
  const basis = pair?.at ?? fix.at

  const draft: Draft = {
    side: before.side,
    since: before.since,
    restsOn: before.restsOn,
    isSure: before.isSure,
    knowsSide: before.knows.side,
    entered: false,
    left: false,
  }
  forgetOld(draft, fix.at)
  const isNewWatch = before.vigil?.watch !== watchOf(fix.at)
  if (isNewWatch && before.vigil) closeVigil(draft, before.vigil, before.knows.vigil, fix.at)
  const prior = draft.side
  if (decides) take(draft, sight, fix.at, basis, !isFirst)
  else if (isBelievable && sight !== draft.side) draft.isSure &&= isAtRest(fix, pair, sight, moved)
  if (draft.since !== undefined && between(draft.since, fix.at) > LONGEST_DWELL) {
    draft.since = minus(fix.at, LONGEST_DWELL)
  }

  let vigil = before.vigil
  const beginsVigil = isNewWatch || !vigil || moved || decides
  if (beginsVigil || !vigil) vigil = beginVigil(fix.at, basis)
  if (!moved && !decides && isBelievable) {
    const isCertain = sight !== undefined && Math.abs(depth_m) >= VIGIL_ACCURACY_M
    vigil = extendVigil(vigil, depth_m > 0 ? 'in' : 'out', isCertain, fix.at)
  }

  const here: OutsideFix | undefined = sight === 'out' ? { fix, away_m: -depth_m } : undefined
  const there =
    before.outside && between(before.outside.fix.at, fix.at) <= CROSSING_GAP
      ? before.outside
      : undefined
  const milestones = passMilestone(before.milestones, fix, begunAt, before.knows.milestones)
  const isOnItsWay = moved || (milestones !== undefined && hasPassedOn(milestones, fix))
  const clears = decides && sight === 'in'
  const knows: Knowledge = {
    side: draft.knowsSide,
    vigil: before.knows.vigil || (beginsVigil && !isFirst),
    outside:
      before.knows.outside ||
      (!isFirst && (here !== undefined || clears)) ||
      between(begunAt, fix.at) > CROSSING_GAP,
    milestones:
      before.knows.milestones ||
      milestones === undefined ||
      between(begunAt, fix.at) > MILESTONES_MEMORY,
  }
  const isKnown = prior !== undefined && draft.side !== undefined
  return {
    last: fix,
    side: draft.side,
    isSure: draft.isSure,
    since: draft.since,
    restsOn: draft.restsOn,
    entered: draft.entered || (isKnown ? prior === 'out' && draft.side === 'in' : undefined),
    left: draft.left || (isKnown ? prior === 'in' && draft.side === 'out' : undefined),
    crossed: prior === 'in' || !here ? false : crossing(area, there, here, pair, isOnItsWay),
    outside: here ?? (clears ? undefined : there),
    vigil,
    milestones,
    begunAt,
    knows: !isRemembered || isAll(knows) ? EVERYTHING : knows,
    isSettled: !isRemembered || isAll(before.knows),
  }
}

/** Whether a fix that contradicts a side, or cannot tell, leaves it certain: the device has not moved. */
const isAtRest = (
  fix: Fix,
  pair: Fix | undefined,
  sight: Side | undefined,
  moved: boolean,
): boolean => pair !== undefined && !moved && (sight === undefined || fix.speed_kmh !== undefined)

const isAll = ({ side, vigil, outside, milestones }: Knowledge): boolean =>
  side && vigil && outside && milestones

/** A side lasts for so long after what it was told from, and not by what was known before that. */
function forgetOld(draft: Draft, now: EpochMs): void {
  if (between(draft.restsOn, now) <= SIDE_LIFE) return
  draft.side = undefined
  draft.since = undefined
  draft.isSure = false
  draft.restsOn = -Infinity as EpochMs
}

/** A side that is certain now. */
function take(draft: Draft, side: Side, at: EpochMs, basis: EpochMs, isWhole: boolean): void {
  if (side === 'out') {
    draft.since = undefined
    draft.knowsSide ||= isWhole
  } else if (draft.side !== 'in') {
    draft.since = at
  }
  draft.side = side
  draft.isSure = true
  draft.restsOn = basis
}

/** What the watch before this one says, now that it is over. */
function closeVigil(draft: Draft, vigil: Vigil, isKnown: boolean, now: EpochMs): void {
  draft.knowsSide &&= isKnown
  if (between(vigil.from, now) > SIDE_LIFE) return
  const verdict = verdictOf(vigil)
  if (verdict === undefined) return
  draft.entered = draft.side === 'out' && verdict === 'in'
  draft.left = draft.side === 'in' && verdict === 'out'
  take(draft, verdict, vigil.firstAt, vigil.from, isKnown)
}

/** See {@link hasCrossed}; without a fix outside shortly before, only a device that stands tells. */
function crossing(
  area: CompiledArea,
  there: OutsideFix | undefined,
  here: OutsideFix,
  pair: Fix | undefined,
  moved: boolean,
): boolean | undefined {
  if (there) return hasCrossed(area, there, here, moved)
  return pair && !moved ? false : undefined
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

const sameFix = (a: Fix | undefined, b: Fix | undefined): boolean =>
  a === b ||
  (a !== undefined &&
    b !== undefined &&
    a.at === b.at &&
    a.lon_deg === b.lon_deg &&
    a.lat_deg === b.lat_deg &&
    a.accuracy_m === b.accuracy_m &&
    a.speed_kmh === b.speed_kmh)
