import type { EpochMs } from '#model/time.ts'
import { gaussian, type Random } from '#simulator/random/random.ts'
import type { SimulatedDevice } from '#simulator/world/fixtures.ts'
import { type InspectorState, inspector } from '#simulator/world/inspector.ts'
import { type RefuseTruckState, refuseTruck } from '#simulator/world/refuse-truck.ts'
import type { World } from '#simulator/world/world.ts'
import { type Battery, Pack } from './battery.ts'
import type { Meter } from './instrument.ts'
import type { Values } from './measured.ts'
import { Receiver } from './receiver.ts'
import { held, SENSOR_RANGES } from './sensor-range.ts'

const { load_kg } = SENSOR_RANGES['refuse-truck']

const fixError = ({ setting }: World): number | undefined =>
  setting.sensors.fix.error_m ?? undefined

/** The terminal of a truck with its weighing gear. */
export class TruckTerminal implements Meter {
  readonly #random: Random
  readonly #truck: (at: EpochMs) => RefuseTruckState
  readonly #receiver: Receiver

  constructor(random: Random, world: World, device: SimulatedDevice) {
    this.#random = random
    this.#truck = refuseTruck(random, world, device)
    this.#receiver = new Receiver(random, fixError(world))
  }

  measure(at: EpochMs): Values {
    const state = this.#truck(at)
    const { lon_deg, lat_deg, speed_kmh, heading_deg, accuracy_m } = this.#receiver.fix(state, at)
    return {
      lon_deg,
      lat_deg,
      speed_kmh,
      heading_deg,
      accuracy_m,
      load_kg: held(state.load_kg + 8 * gaussian(this.#random), load_kg),
      lift_count: state.lifts,
      hopper_open: state.hopperOpen,
      ignition: state.ignition,
      odometer_km: state.odometer_km,
      fuel_pct: state.fuel_pct,
    }
  }
}

/** The terminal an inspector carries. */
export class PatrolTerminal implements Meter {
  readonly #walker: (at: EpochMs) => InspectorState
  readonly #receiver: Receiver
  readonly #battery: Battery

  constructor(random: Random, world: World, device: SimulatedDevice) {
    this.#walker = inspector(random, world, device)
    this.#receiver = new Receiver(random, fixError(world))
    this.#battery = new Pack(random)
  }

  measure(at: EpochMs): Values {
    const state = this.#walker(at)
    const { lon_deg, lat_deg, speed_kmh, heading_deg, accuracy_m } = this.#receiver.fix(state, at)
    return {
      lon_deg,
      lat_deg,
      speed_kmh,
      heading_deg,
      accuracy_m,
      on_duty: state.onDuty,
      sos: state.callsForHelp,
      battery_pct: this.#battery.left(at),
    }
  }
}
