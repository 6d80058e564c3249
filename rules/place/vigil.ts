import { between, type EpochMs, hours, minutes } from '#model/time.ts'
import type { Side } from './place-track.ts'

/**
 * The fixes of a device that stands, within one watch of the day. A parked device tells its side
 * only in the long run: where all the certain fixes of a watch lie on one side, it is there. Watches
 * begin at fixed times, so that what is known never depends on how long ago somebody began to look.
 */
export interface Vigil {
  readonly watch: number
  /** The earliest fix it rests on. */
  readonly from: EpochMs
  /** Of its certain fixes; `mixed` where they are on both. */
  readonly side: Side | 'mixed' | undefined
  readonly count: number
  readonly firstAt: EpochMs
  readonly lastAt: EpochMs
}

const WATCH = hours(1)
/** Fewer certain fixes, or over less of the watch, say nothing. */
const ENOUGH = 4
const SPANNED = minutes(30)
/** A fix of a device that stands counts from so far beyond the boundary, whatever it states. */
export const VIGIL_ACCURACY_M = 15

export const watchOf = (at: EpochMs): number => Math.floor(at / WATCH)

export const beginVigil = (at: EpochMs, from: EpochMs): Vigil => ({
  watch: watchOf(at),
  from,
  side: undefined,
  count: 0,
  firstAt: at,
  lastAt: at,
})

/** Counts a certain fix in. */
export function extendVigil(vigil: Vigil, side: Side, at: EpochMs): Vigil {
  if (vigil.side === 'mixed') return vigil
  if (vigil.side === undefined) return { ...vigil, side, count: 1, firstAt: at, lastAt: at }
  if (vigil.side !== side) return { ...vigil, side: 'mixed' }
  return { ...vigil, count: vigil.count + 1, lastAt: at }
}

/** What a watch that is over says. */
export function verdictOf({ side, count, firstAt, lastAt }: Vigil): Side | undefined {
  if (side === 'mixed' || count < ENOUGH || between(firstAt, lastAt) < SPANNED) return undefined
  return side
}

export const sameVigil = (a: Vigil | undefined, b: Vigil | undefined): boolean =>
  a === b ||
  (a !== undefined &&
    b !== undefined &&
    a.watch === b.watch &&
    a.from === b.from &&
    a.side === b.side &&
    a.count === b.count &&
    a.firstAt === b.firstAt &&
    a.lastAt === b.lastAt)
