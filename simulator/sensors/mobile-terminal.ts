import { gaussian, type Random } from '#simulator/random/random.ts'
import type { SimulatedDevice } from '#simulator/world/fixtures.ts'
import { type InspectorState, inspector } from '#simulator/world/inspector.ts'
import { type RefuseTruckState, refuseTruck } from '#simulator/world/refuse-truck.ts'
import type { World } from '#simulator/world/world.ts'
import { pack } from './battery.ts'
import { plannedFaults } from './faults/ailment.ts'
import type { Sensor } from './measured.ts'
import { receiver } from './receiver.ts'
import { held, SENSOR_RANGES } from './sensor-range.ts'

const { load_kg } = SENSOR_RANGES['refuse-truck']

const fixError = ({ setting }: World): number | undefined =>
  plannedFaults(setting)?.fix.error_m ?? undefined

/** The terminal of a truck with its weighing gear. */
export function truckTerminal(random: Random, world: World, device: SimulatedDevice): Sensor {
  const truck = refuseTruck(random, world, device)
  const fix = receiver(random, fixError(world))
  return (at) => {
    const state = truck(at)
    const { ignition = true }: RefuseTruckState & { readonly ignition?: boolean } = state
    const { lon_deg, lat_deg, speed_kmh, heading_deg, accuracy_m } = fix(state, at)
    return {
      lon_deg,
      lat_deg,
      speed_kmh,
      heading_deg,
      accuracy_m,
      load_kg: held(state.load_kg + 8 * gaussian(random), load_kg),
      lift_count: state.lifts,
      hopper_open: state.hopperOpen,
      ignition,
      odometer_km: state.odometer_km,
      fuel_pct: state.fuel_pct,
    }
  }
}

/** The terminal an inspector carries. */
export function patrolTerminal(random: Random, world: World, device: SimulatedDevice): Sensor {
  const walker = inspector(random, world, device)
  const fix = receiver(random, fixError(world))
  const battery = pack(random)
  return (at) => {
    const state = walker(at)
    const { onDuty = true }: InspectorState & { readonly onDuty?: boolean } = state
    const { lon_deg, lat_deg, speed_kmh, heading_deg, accuracy_m } = fix(state, at)
    return {
      lon_deg,
      lat_deg,
      speed_kmh,
      heading_deg,
      accuracy_m,
      on_duty: onDuty,
      sos: state.callsForHelp,
      battery_pct: battery(at),
    }
  }
}
