import {
  between,
  type DurationMs,
  type EpochMs,
  milliseconds,
  minus,
  minutes,
} from '#model/time.ts'
import type { Look, Side } from './look.ts'
import { type Vigil, verdictOf, WATCH, watchOf } from './vigil.ts'

/**
 * A side is forgotten so long after the earliest fix it was told from: two watches, and some minutes
 * for a device that reports seldom.
 */
export const SIDE_LIFE: DurationMs = milliseconds(2 * WATCH + minutes(20))

/** On which side of the boundary a device is. */
export interface Whereabouts {
  /** Where it was when that was last certain. */
  readonly side: Side | undefined
  /** Whether it still is on that side: it has not moved to an uncertain place since. */
  readonly isSure: boolean
  /** The first fix of the side `in`, or the longest dwell ago. */
  readonly since: EpochMs | undefined
  /** The earliest fix that the side was told from. */
  readonly restsOn: EpochMs
  /** Whether it came to the other side at this very fix; undefined where one of the sides is. */
  readonly entered: boolean | undefined
  readonly left: boolean | undefined
}

export const NOWHERE: Whereabouts = {
  side: undefined,
  isSure: false,
  since: undefined,
  restsOn: -Infinity as EpochMs,
  entered: undefined,
  left: undefined,
}

/** What can be told of a fix and the watch that it may end. */
export interface Witness {
  readonly look: Look
  readonly vigil: Vigil | undefined
  readonly knowsVigil: boolean
  /** Whether there may have been a fix before it that nobody fed. */
  readonly isFirst: boolean
  readonly longestDwell: DurationMs
}

interface Draft {
  side: Side | undefined
  isSure: boolean
  since: EpochMs | undefined
  restsOn: EpochMs
  isKnown: boolean
}

/** @returns the new whereabouts, and whether they would be the same had the fold begun earlier */
export function nextSide(
  before: Whereabouts,
  knowsBefore: boolean,
  { look, vigil, knowsVigil, isFirst, longestDwell }: Witness,
): Whereabouts & { readonly isKnown: boolean } {
  const now = look.fix.at
  // A side lasts for so long after what it was told from, and not by what was known before that.
  const { side, isSure, since, restsOn } =
    between(before.restsOn, now) > SIDE_LIFE ? NOWHERE : before
  const draft: Draft = { side, isSure, since, restsOn, isKnown: knowsBefore }
  if (vigil && vigil.watch !== watchOf(now)) hear(draft, vigil, knowsVigil, now)
  const atRest = draft.side
  if (look.decides && look.sight) take(draft, look.sight, now, look.basis, !isFirst)
  else if (look.isBelievable && look.sight !== atRest) draft.isSure &&= isAtRest(look)
  if (draft.since !== undefined && between(draft.since, now) > longestDwell) {
    draft.since = minus(now, longestDwell)
  }
  return {
    side: draft.side,
    isSure: draft.isSure,
    since: draft.since,
    restsOn: draft.restsOn,
    entered: hasTurned('in', side, atRest, draft.side),
    left: hasTurned('out', side, atRest, draft.side),
    isKnown: draft.isKnown,
  }
}

/** What the watch before this one says, now that it is over. */
function hear(draft: Draft, vigil: Vigil, knowsVigil: boolean, now: EpochMs): void {
  draft.isKnown &&= knowsVigil
  const verdict = between(vigil.from, now) <= SIDE_LIFE ? verdictOf(vigil) : undefined
  if (verdict) take(draft, verdict, vigil.firstAt, vigil.from, knowsVigil)
}

function take(draft: Draft, side: Side, at: EpochMs, basis: EpochMs, certainly: boolean): void {
  if (side === 'out') {
    draft.since = undefined
    draft.isKnown ||= certainly
  } else if (draft.side !== 'in') {
    // For how long it has been inside does not follow from this alone.
    draft.since = at
  }
  draft.side = side
  draft.isSure = true
  draft.restsOn = basis
}

/** Whether a device came to a side: by the watch that is over, or by this fix. */
function hasTurned(
  to: Side,
  first: Side | undefined,
  second: Side | undefined,
  third: Side | undefined,
): boolean | undefined {
  if (first !== undefined && second === to && first !== to) return true
  return second === undefined || third === undefined ? undefined : third === to && second !== to
}

/** Whether a fix that contradicts the side, or cannot tell, leaves it certain: no movement. */
const isAtRest = ({ fix, pair, sight, moved }: Look): boolean =>
  pair !== undefined && !moved && (sight === undefined || fix.speed_kmh !== undefined)
