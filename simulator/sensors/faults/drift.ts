import { days, type EpochMs } from '#model/time.ts'
import { chance } from '#simulator/random/random.ts'
import type { Measure } from '#simulator/sensors/instrument.ts'
import { type Examine, struck, throughout } from './ailment.ts'
import { altered, pickTarget, type Target } from './altered.ts'

/** Off by more each day, evenly, in the unit of the channel; right at `from`. */
export const drifting = (sound: Measure, target: Target, perDay: number, from: EpochMs): Measure =>
  altered(sound, target, (value, at) => value + (perDay * (at - from)) / days(1))

export const drift: Examine = (patient) => {
  const plan = patient.faults.drift
  const random = plan && struck(patient, 'drift', plan.share)
  const target = random && pickTarget(random, patient.device)
  if (!target) return null
  const { startedAt } = patient.setting
  const perDay = (chance(random, 0.5) ? 1 : -1) * plan.perDay * target.range.use
  return {
    fault: 'drift',
    spans: throughout(startedAt, patient),
    measure: (sound) => drifting(sound, target, perDay, startedAt),
  }
}
