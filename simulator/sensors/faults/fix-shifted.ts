import gcoordModule from 'gcoord'
import type { Place } from '#model/place.ts'
import type { Measure } from '#simulator/sensors/instrument.ts'
import { type Examine, struck, throughout } from './ailment.ts'
import { moves } from './moves.ts'

// The types describe an ES module; Node loads the CommonJS build, whose exports are its default.
const gcoord = gcoordModule as unknown as typeof gcoordModule.default

const SYSTEMS = { 'GCJ-02': gcoord.GCJ02, 'BD-09': gcoord.BD09 } as const
type ShiftedSystem = keyof typeof SYSTEMS

/** Where a place of WGS-84 is in a system of Chinese maps; the same outside China. */
export function shiftedPlace({ lon_deg, lat_deg }: Place, system: ShiftedSystem): Place {
  const [lon, lat] = gcoord.transform([lon_deg, lat_deg], gcoord.WGS84, SYSTEMS[system])
  return { lon_deg: lon, lat_deg: lat }
}

/** Sends another coordinate system than the WGS-84 it was registered with. */
export const shifting =
  (sound: Measure, system: ShiftedSystem): Measure =>
  (at) => {
    const values = sound(at)
    const lon_deg = values?.['lon_deg']
    const lat_deg = values?.['lat_deg']
    if (typeof lon_deg !== 'number' || typeof lat_deg !== 'number') return values
    return { ...values, ...shiftedPlace({ lon_deg, lat_deg }, system) }
  }

export const fixShifted: Examine = (patient) => {
  const plan = patient.faults.fix.shifted
  if (!plan || !moves(patient) || !struck(patient, 'fix-shifted', plan.share)) return null
  return {
    fault: 'fix-shifted',
    spans: throughout(patient.setting.startedAt, patient),
    measure: (sound) => shifting(sound, plan.system),
  }
}
