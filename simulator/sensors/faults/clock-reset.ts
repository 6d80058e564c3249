import { type EpochMs, epochMs } from '#model/time.ts'
import type { Stamp } from '#simulator/sensors/instrument.ts'
import { type Examine, spellsOf, struck } from './ailment.ts'
import { type Spell, spellAt } from './spells.ts'

/**
 * Counts from the beginning of 1970 in a spell, and is set right at its end. Each spell begins a
 * second after where the one before it ended: no time comes twice.
 */
export const resetting =
  (right: Stamp, when: (at: EpochMs) => Spell | null): Stamp =>
  (at) => {
    const spell = when(at)
    if (!spell) return right(at)
    return epochMs(1_000 * spell.earlier + spell.earlier_ms + (at - spell.startedAt))
  }

export const clockReset: Examine = (patient) => {
  const plan = patient.faults.clock.reset
  if (!plan || !struck(patient, 'clock-reset', plan.share)) return null
  const spans = spellsOf(patient, 'clock-reset', plan)
  return {
    fault: 'clock-reset',
    spans,
    stamp: (right) => resetting(right, spellAt(spans())),
  }
}
