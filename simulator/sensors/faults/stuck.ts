import type { EpochMs } from '#model/time.ts'
import type { Measure } from '#simulator/sensors/instrument.ts'
import type { Values } from '#simulator/sensors/measured.ts'
import { type Examine, spellsOf, struck } from './ailment.ts'
import { type Spell, spellAt } from './spells.ts'

/** Says in a spell what it said first in it; only the battery is read anew. */
export function sticking(sound: Measure, when: (at: EpochMs) => Spell | null): Measure {
  let since: Spell | null = null
  let frozen: Values | null = null
  return (at) => {
    // Asked all the same: what it measures afterwards does not depend on its having been stuck.
    const values = sound(at)
    const spell = when(at)
    if (spell !== since) [since, frozen] = [spell, null]
    if (!spell || !values) return values
    frozen ??= values
    const battery = values['battery_pct']
    return battery === undefined ? frozen : { ...frozen, battery_pct: battery }
  }
}

export const stuck: Examine = (patient) => {
  const plan = patient.faults.stuck
  if (!plan || !struck(patient, 'stuck', plan.share)) return null
  const spans = spellsOf(patient, 'stuck', plan)
  return {
    fault: 'stuck',
    spans,
    measure: (sound) => sticking(sound, spellAt(spans())),
  }
}
