import { epochMs, hours } from '#model/time.ts'
import type { Stamp } from '#simulator/sensors/instrument.ts'
import { type Examine, struck, throughout } from './ailment.ts'

/** Set by the hands of another zone. */
export function offZone(right: Stamp, offset_h: number): Stamp {
  const offset = Math.round(hours(offset_h))
  return (at) => epochMs(right(at) + offset)
}

export const clockZone: Examine = (patient) => {
  const plan = patient.faults.clock.zone
  if (!plan || !struck(patient, 'clock-zone', plan.share)) return null
  return {
    fault: 'clock-zone',
    spans: throughout(patient.setting.startedAt, patient),
    stamp: (right) => offZone(right, plan.offset_h),
  }
}
