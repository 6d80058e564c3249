import type { EpochMs } from '#model/time.ts'
import { chance, type Random, splitRandom } from '#simulator/random/random.ts'
import type { Timely } from '#simulator/scenario/scenario.ts'
import type { FaultName, Measure, Stamp } from '#simulator/sensors/instrument.ts'
import type { SimulatedDevice } from '#simulator/world/fixtures.ts'
import type { Setting } from '#simulator/world/setting.ts'
import { type Spell, spells } from './spells.ts'

/** A device that may be afflicted. */
export interface Patient {
  readonly setting: Setting
  readonly device: SimulatedDevice
  readonly faults: Setting['sensors']
}

/** What ails one device: a layer over what it measures, or over its clock. */
export interface Ailment {
  readonly fault: FaultName
  /** When, in the order of time; without end where it comes and goes. */
  readonly spans: () => Iterable<Pick<Spell, 'startedAt' | 'endedAt'>>
  readonly measure?: (sound: Measure) => Measure
  readonly stamp?: (right: Stamp) => Stamp
}

/** Looks for one ailment; null where the device is spared. */
export type Examine = (patient: Patient) => Ailment | null

/**
 * A stream of randomness for what afflicts this device, or null when it is spared. Each fault and
 * device has its own, so that nobody is struck because somebody else is.
 */
export function struck(patient: Patient, fault: FaultName, share: number): Random | null {
  const random = faultRandom(patient, fault, 'share')
  return chance(random, share) ? random : null
}

/** The spells of a fault that comes and goes, from the first one on whenever it is asked. */
export const spellsOf =
  (patient: Patient, fault: FaultName, timely: Timely): (() => Generator<Spell, never>) =>
  () =>
    spells(faultRandom(patient, fault, 'spells'), timely, patient.setting.startedAt)

/** For what never ends within the run. */
export const throughout =
  (from: EpochMs, { setting }: Patient): Ailment['spans'] =>
  () => [{ startedAt: from, endedAt: setting.endedAt }]

const faultRandom = ({ setting, device }: Patient, fault: FaultName, what: string): Random =>
  splitRandom(setting.city.seed, setting.seed, 'fault', fault, what, device.id)
