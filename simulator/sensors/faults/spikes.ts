import { chance, type Random } from '#simulator/random/random.ts'
import type { Measure } from '#simulator/sensors/instrument.ts'
import { type Examine, struck, throughout } from './ailment.ts'
import { altered, pickTarget, type Target } from './altered.ts'

/** Single readings off by `size`, in the unit of the channel, upwards or downwards. */
export const spiking = (
  sound: Measure,
  target: Target,
  random: Random,
  { chance: often, size }: { readonly chance: number; readonly size: number },
): Measure =>
  altered(sound, target, (value) => {
    if (!chance(random, often)) return value
    return value + (chance(random, 0.5) ? size : -size)
  })

export const spikes: Examine = (patient) => {
  const plan = patient.faults.spikes
  const random = plan && struck(patient, 'spike', plan.share)
  const target = random && pickTarget(random, patient.device)
  if (!target) return null
  const size = plan.size * target.range.use
  return {
    fault: 'spike',
    // Which readings is not known before they are taken.
    spans: throughout(patient.setting.startedAt, patient),
    measure: (sound) => spiking(sound, target, random, { chance: plan.chance, size }),
  }
}
