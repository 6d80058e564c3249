import { type EpochMs, epochMs } from '#model/time.ts'
import { chance } from '#simulator/random/random.ts'
import type { Stamp } from '#simulator/sensors/instrument.ts'
import { type Examine, struck, throughout } from './ailment.ts'

/**
 * Runs fast, or slow where `ppm` is negative, since `from`. A millisecond at least passes on it
 * from one reading to the next.
 */
export function straying(right: Stamp, ppm: number, from: EpochMs): Stamp {
  let last = -Infinity
  let readAt: EpochMs | undefined
  return (at) => {
    if (at !== readAt) {
      last = Math.max(last + 1, right(at) + Math.round(((at - from) * ppm) / 1e6))
      readAt = at
    }
    return epochMs(last)
  }
}

export const clockDrift: Examine = (patient) => {
  const plan = patient.faults.clock.drift
  const random = plan && struck(patient, 'clock-drift', plan.share)
  if (!random) return null
  const { startedAt } = patient.setting
  const ppm = chance(random, 0.5) ? plan.ppm : -plan.ppm
  return {
    fault: 'clock-drift',
    spans: throughout(startedAt, patient),
    stamp: (right) => straying(right, ppm, startedAt),
  }
}
