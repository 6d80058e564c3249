import { between, type EpochMs, minutes } from '#model/time.ts'
import type { Look, Side } from './look.ts'

/**
 * The fixes of a device that stands, within one watch of the day. A parked device tells its side
 * only in the long run: where nearly all fixes of a watch lie on one side, and some of them certainly,
 * it is there. Watches begin at fixed times, so that what is known never depends on how long ago
 * somebody began to look.
 */
export interface Vigil {
  readonly watch: number
  /** The earliest fix it rests on. */
  readonly from: EpochMs
  readonly firstAt: EpochMs
  readonly lastAt: EpochMs
  readonly in: Tally
  readonly out: Tally
}

interface Tally {
  readonly fixes: number
  readonly certain: number
}

export const WATCH = minutes(90)
/** With fewer certain fixes, or over less of the watch, it says nothing. */
const ENOUGH = 4
const SPANNED = minutes(30)
/** Of the fixes, that may lie on the other side. */
const STRAY_SHARE = 0.05
/** A fix of a device that stands is certain from so far beyond the boundary, whatever it states. */
const LEAST_ACCURACY_M = 15

const NONE: Tally = { fixes: 0, certain: 0 }

export const watchOf = (at: EpochMs): number => Math.floor(at / WATCH)

/** Whether a fix begins a vigil anew: with a watch, or because the device does not stand. */
export const beginsVigil = (vigil: Vigil | undefined, { fix, moved, decides }: Look): boolean =>
  vigil?.watch !== watchOf(fix.at) || moved || decides

export function nextVigil(vigil: Vigil | undefined, look: Look): Vigil {
  const { fix, moved, decides, isBelievable, basis } = look
  const begun = vigil && !beginsVigil(vigil, look) ? vigil : beginVigil(fix.at, basis)
  return moved || decides || !isBelievable ? begun : extendVigil(begun, look)
}

const beginVigil = (at: EpochMs, from: EpochMs): Vigil => ({
  watch: watchOf(at),
  from,
  firstAt: at,
  lastAt: at,
  in: NONE,
  out: NONE,
})

function extendVigil(vigil: Vigil, { fix, depth_m, sight }: Look): Vigil {
  const isCertain = sight !== undefined && Math.abs(depth_m) >= LEAST_ACCURACY_M
  const isIn = depth_m > 0
  const { fixes, certain } = isIn ? vigil.in : vigil.out
  const tally = { fixes: fixes + 1, certain: certain + (isCertain ? 1 : 0) }
  return {
    watch: vigil.watch,
    from: vigil.from,
    firstAt: vigil.in.fixes + vigil.out.fixes === 0 ? fix.at : vigil.firstAt,
    lastAt: fix.at,
    in: isIn ? tally : vigil.in,
    out: isIn ? vigil.out : tally,
  }
}

/** What a watch that is over says. */
export function verdictOf(vigil: Vigil): Side | undefined {
  if (between(vigil.firstAt, vigil.lastAt) < SPANNED) return undefined
  const side: Side = vigil.in.fixes > vigil.out.fixes ? 'in' : 'out'
  const strays = vigil[side === 'in' ? 'out' : 'in']
  const { fixes, certain } = vigil[side]
  return certain >= ENOUGH && strays.fixes <= STRAY_SHARE * fixes ? side : undefined
}

export const sameVigil = (a: Vigil | undefined, b: Vigil | undefined): boolean =>
  a === b ||
  (a !== undefined &&
    b !== undefined &&
    a.watch === b.watch &&
    a.from === b.from &&
    a.firstAt === b.firstAt &&
    a.lastAt === b.lastAt &&
    sameTally(a.in, b.in) &&
    sameTally(a.out, b.out))

const sameTally = (a: Tally, b: Tally): boolean => a.fixes === b.fixes && a.certain === b.certain
