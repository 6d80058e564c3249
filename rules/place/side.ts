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

/** @returns the new whereabouts, and whether they would be the same had the fold begun earlier */
export function nextSide(
  before: Whereabouts,
  knowsBefore: boolean,
  { look, vigil, knowsVigil, isFirst, longestDwell }: Witness,
): Whereabouts & { readonly isKnown: boolean } {
  const now = look.fix.at
  let { side, isSure, since, restsOn } = before
  let isKnown = knowsBefore
  const take = (taken: Side, at: EpochMs, basis: EpochMs, certainly: boolean): void => {
    if (taken === 'out') isKnown ||= certainly
    // How long it has been inside is not known from this fix alone.
    since = taken === 'out' ? undefined : side === 'in' ? since : at
    ;[side, isSure, restsOn] = [taken, true, basis]
  }

  // A side lasts for so long after what it was told from, and not by what was known before that.
  if (between(restsOn, now) > SIDE_LIFE) ({ side, isSure, since, restsOn } = NOWHERE)
  const atFirst = side
  if (vigil && vigil.watch !== watchOf(now)) {
    isKnown &&= knowsVigil
    const verdict = between(vigil.from, now) <= SIDE_LIFE ? verdictOf(vigil) : undefined
    if (verdict) take(verdict, vigil.firstAt, vigil.from, knowsVigil)
  }
  const atRest = side
  if (look.decides && look.sight) take(look.sight, now, look.basis, !isFirst)
  else if (look.isBelievable && look.sight !== side) isSure &&= isAtRest(look)
  if (since !== undefined && between(since, now) > longestDwell) since = minus(now, longestDwell)

  const came = (from: Side, to: Side): boolean | undefined => {
    if (atFirst === from && atRest === to) return true
    return atRest && side ? atRest === from && side === to : undefined
  }
  const [entered, left] = [came('out', 'in'), came('in', 'out')]
  return { side, isSure, since, restsOn, entered, left, isKnown }
}

/** Whether a fix that contradicts the side, or cannot tell, leaves it certain: no movement. */
const isAtRest = ({ fix, pair, sight, moved }: Look): boolean =>
  pair !== undefined && !moved && (sight === undefined || fix.speed_kmh !== undefined)
