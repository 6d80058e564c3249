import type { EpochMs } from '#model/time.ts'
import type { DeviceFault } from '#simulator/sensors/instrument.ts'
import type { SimulatedDevice } from '#simulator/world/fixtures.ts'
import type { Setting } from '#simulator/world/setting.ts'
import type { Ailment, Examine } from './ailment.ts'
import { bias } from './bias.ts'
import { clockDrift } from './clock-drift.ts'
import { clockReset } from './clock-reset.ts'
import { clockZone } from './clock-zone.ts'
import { drift } from './drift.ts'
import { fixDropout } from './fix-dropout.ts'
import { fixJump } from './fix-jump.ts'
import { fixShifted } from './fix-shifted.ts'
import { flatBattery } from './flat-battery.ts'
import { spikes } from './spikes.ts'
import { stuck } from './stuck.ts'

/**
 * From the inside out: what is measured wrong is what gets stuck, and nothing comes from a flat
 * battery. A clock that was reset knows neither its drift nor its zone.
 */
const EXAMINATIONS: readonly Examine[] = [
  bias,
  drift,
  spikes,
  fixJump,
  fixDropout,
  fixShifted,
  stuck,
  flatBattery,
  clockDrift,
  clockZone,
  clockReset,
]

const WELL: readonly Ailment[] = []

/** What ails a device in a run, by seed; nothing where the run plans no fault. */
export function diagnose(setting: Setting, device: SimulatedDevice): readonly Ailment[] {
  const patient = { setting, device, faults: setting.sensors }
  const found = EXAMINATIONS.map((examine) => examine(patient)).filter((one) => one !== null)
  return found.length === 0 ? WELL : found
}

const NO_FAULTS: readonly DeviceFault[] = []

/**
 * Every span that begins before `until` in which a device does not say what is, without making its
 * sensor. What strikes single readings at random is one span over the run.
 *
 * @param until the end of the run when absent
 */
export function faultsOf(
  { setting }: { readonly setting: Setting },
  device: SimulatedDevice,
  until: EpochMs = setting.endedAt,
): readonly DeviceFault[] {
  const ailments = diagnose(setting, device)
  return ailments.length === 0 ? NO_FAULTS : spansOf(ailments, setting, until)
}

function spansOf(
  ailments: readonly Ailment[],
  setting: Setting,
  until: EpochMs,
): readonly DeviceFault[] {
  return ailments.flatMap(({ fault, spans }) => {
    const found: DeviceFault[] = []
    for (const { startedAt, endedAt } of spans()) {
      if (startedAt >= until) break
      found.push({
        fault,
        startedAt,
        endedAt: endedAt < setting.endedAt ? endedAt : setting.endedAt,
      })
    }
    return found
  })
}
