import { type EpochMs, epochMs, hours } from '#model/time.ts'
import { between } from '#simulator/random/random.ts'
import type { Measure } from '#simulator/sensors/instrument.ts'
import { type Examine, struck, throughout } from './ailment.ts'

const FALL_MS = hours(2)
const FALL_READINGS = 10
const LAST_PCT = 1
/** A truck feeds its terminal. */
const FED: readonly string[] = ['refuse-truck']

/** Falls to nearly nothing from `from` to `until`; then it is silent for good. */
export const runningDown = (sound: Measure, from: EpochMs, until: EpochMs): Measure => {
  return (at) => {
    if (at >= until) return null
    const values = sound(at)
    const battery = values?.['battery_pct']
    if (at < from || !values || typeof battery !== 'number') return values
    const left = (until - at) / (until - from)
    return { ...values, battery_pct: Math.min(battery, LAST_PCT + (battery - LAST_PCT) * left) }
  }
}

export const flatBattery: Examine = (patient) => {
  const plan = patient.faults.flatBattery
  const { device, setting } = patient
  const random = plan && !FED.includes(device.kind) && struck(patient, 'flat-battery', plan.share)
  if (!random) return null
  const { startedAt, endedAt, interval } = setting
  const until = epochMs(Math.ceil(between(random, startedAt, endedAt)))
  const fall = Math.max(FALL_MS, FALL_READINGS * interval(device.kind))
  const from = epochMs(Math.max(startedAt, until - fall))
  return {
    fault: 'flat-battery',
    spans: throughout(from, patient),
    measure: (sound) => runningDown(sound, from, until),
  }
}
