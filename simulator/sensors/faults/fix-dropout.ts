import type { EpochMs } from '#model/time.ts'
import { displaced, withoutFix } from '#simulator/sensors/fix.ts'
import type { Measure } from '#simulator/sensors/instrument.ts'
import { type Examine, spellsOf, struck } from './ailment.ts'
import { moves } from './moves.ts'
import { type Spell, spellAt } from './spells.ts'

const COARSE_M: readonly [number, number] = [100, 400]

/**
 * Sees no satellite in a spell. In half of them there is no fix at all, in the others one by the
 * cells around: hundreds of metres off and saying so, without speed or heading.
 */
export const droppingOut =
  (sound: Measure, when: (at: EpochMs) => Spell | null): Measure =>
  (at) => {
    const values = sound(at)
    const spell = when(at)
    if (!spell || !values) return values
    return spell.lot < 0.5 ? withoutFix(values) : byCells(values, 2 * spell.lot - 1)
  }

function byCells(
  values: NonNullable<ReturnType<Measure>>,
  lot: number,
): NonNullable<ReturnType<Measure>> {
  const off_m = COARSE_M[0] + (COARSE_M[1] - COARSE_M[0]) * lot
  // Any direction will do, and each spell has its own.
  const bearing = 2 * Math.PI * ((lot * 97) % 1)
  const { lon_deg, lat_deg } = displaced(
    values,
    off_m * Math.sin(bearing),
    off_m * Math.cos(bearing),
  )
  if (lon_deg === undefined || lat_deg === undefined) return values
  return { ...withoutFix(values), lon_deg, lat_deg, accuracy_m: 1.25 * off_m }
}

export const fixDropout: Examine = (patient) => {
  const plan = patient.faults.fix.dropout
  if (!plan || !moves(patient) || !struck(patient, 'fix-dropout', plan.share)) return null
  const spans = spellsOf(patient, 'fix-dropout', plan)
  return {
    fault: 'fix-dropout',
    spans,
    measure: (sound) => droppingOut(sound, spellAt(spans())),
  }
}
