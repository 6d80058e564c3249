import type { Random } from '#simulator/random/random.ts'
import { noise } from '#simulator/signals/signal.ts'
import type { SimulatedDevice } from '#simulator/world/fixtures.ts'
import { inspector } from '#simulator/world/inspector.ts'
import { refuseTruck } from '#simulator/world/refuse-truck.ts'
import type { World } from '#simulator/world/world.ts'
import { pack } from './battery.ts'
import type { Sensor } from './measured.ts'
import { receiver } from './receiver.ts'

/** The terminal of a truck with its weighing gear. */
export function truckTerminal(random: Random, world: World, device: SimulatedDevice): Sensor {
  const truck = refuseTruck(random, world, device)
  const fix = receiver(random)
  const loadError = noise(random, 8)
  return (at) => {
    const state = truck(at)
    return {
      ...fix(state, at),
      load_kg: state.load_kg + loadError(at),
      lift_count: state.lifts,
      hopper_open: state.hopperOpen,
      ignition: true,
      odometer_km: state.odometer_km,
      fuel_pct: state.fuel_pct,
    }
  }
}

/** The terminal an inspector carries. */
export function patrolTerminal(random: Random, world: World, device: SimulatedDevice): Sensor {
  const walker = inspector(random, world, device)
  const fix = receiver(random)
  const battery = pack(random)
  return (at) => {
    const state = walker(at)
    return {
      ...fix(state, at),
      on_duty: true,
      sos: state.callsForHelp,
      battery_pct: battery(at),
    }
  }
}
