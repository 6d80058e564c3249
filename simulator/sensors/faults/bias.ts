import { chance } from '#simulator/random/random.ts'
import type { Measure } from '#simulator/sensors/instrument.ts'
import { type Examine, struck, throughout } from './ailment.ts'
import { altered, pickTarget, type Target } from './altered.ts'

/** Off by the same amount all the time, in the unit of the channel. */
export const biased = (sound: Measure, target: Target, offset: number): Measure =>
  altered(sound, target, (value) => value + offset)

export const bias: Examine = (patient) => {
  const plan = patient.faults.bias
  const random = plan && struck(patient, 'bias', plan.share)
  const target = random && pickTarget(random, patient.device)
  if (!target) return null
  const offset = (chance(random, 0.5) ? 1 : -1) * plan.size * target.range.use
  return {
    fault: 'bias',
    spans: throughout(patient.setting.startedAt, patient),
    measure: (sound) => biased(sound, target, offset),
  }
}
