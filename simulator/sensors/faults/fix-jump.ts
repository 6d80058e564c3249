import { between, chance, integerBetween, type Random } from '#simulator/random/random.ts'
import { displaced } from '#simulator/sensors/fix.ts'
import type { Measure } from '#simulator/sensors/instrument.ts'
import { type Examine, struck, throughout } from './ailment.ts'
import { moves } from './moves.ts'

const FIXES_MAX = 3
const SPREAD: readonly [number, number] = [0.8, 1.2]

interface Jumps {
  /** That one begins at a reading. */
  readonly chance: number
  readonly distance_m: number
}

/**
 * One fix to three in a row about `distance_m` away, all in the same direction and as sure of
 * themselves as ever.
 */
export function jumping(sound: Measure, random: Random, jumps: Jumps): Measure {
  let left = 0
  let east_m = 0
  let north_m = 0
  return (at) => {
    const values = sound(at)
    if (left === 0 && chance(random, jumps.chance)) {
      left = integerBetween(random, 1, FIXES_MAX)
      const bearing = between(random, 0, 2 * Math.PI)
      const distance_m = jumps.distance_m * between(random, ...SPREAD)
      east_m = distance_m * Math.sin(bearing)
      north_m = distance_m * Math.cos(bearing)
    }
    if (left === 0) return values
    left -= 1
    return values && displaced(values, east_m, north_m)
  }
}

export const fixJump: Examine = (patient) => {
  const plan = patient.faults.fix.jump
  const random = plan && moves(patient) && struck(patient, 'fix-jump', plan.share)
  if (!random) return null
  return {
    fault: 'fix-jump',
    // Which fixes is not known before they are taken.
    spans: throughout(patient.setting.startedAt, patient),
    measure: (sound) => jumping(sound, random, plan),
  }
}
