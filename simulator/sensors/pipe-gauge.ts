import type { EpochMs } from '#model/time.ts'
import { gaussian, type Random } from '#simulator/random/random.ts'
import type { SimulatedDevice } from '#simulator/world/fixtures.ts'
import { type MainState, type SewerState, sewer, waterMain } from '#simulator/world/pipe.ts'
import type { World } from '#simulator/world/world.ts'
import { type Battery, cell } from './battery.ts'
import type { Meter } from './instrument.ts'
import type { Values } from './measured.ts'
import { held, SENSOR_RANGES } from './sensor-range.ts'

const { level_mm, pressure_kpa } = SENSOR_RANGES['pipe-gauge']

/** A gauge in a sewer: it has no pressure to measure. */
export class SewerGauge implements Meter {
  readonly #random: Random
  readonly #pipe: (at: EpochMs) => SewerState
  readonly #battery: Battery

  constructor(random: Random, world: World, device: SimulatedDevice) {
    this.#random = random
    this.#pipe = sewer(random, world, device)
    this.#battery = cell(random, device.kind)
  }

  measure(at: EpochMs): Values {
    const state = this.#pipe(at)
    return {
      level_mm: held(state.level_mm + 4 * gaussian(this.#random), level_mm),
      flow_l_s: state.flow_l_s,
      conductivity_us_cm: state.conductivity_us_cm,
      temperature_celsius: state.temperature_celsius,
      battery_pct: this.#battery.left(at),
    }
  }
}

/** A gauge in a water main: the pipe is full, so there is no level. */
export class MainGauge implements Meter {
  readonly #random: Random
  readonly #pipe: (at: EpochMs) => MainState
  readonly #battery: Battery

  constructor(random: Random, world: World, device: SimulatedDevice) {
    this.#random = random
    this.#pipe = waterMain(random, world, device)
    this.#battery = cell(random, device.kind)
  }

  measure(at: EpochMs): Values {
    const state = this.#pipe(at)
    return {
      pressure_kpa: held(state.pressure_kpa + gaussian(this.#random), pressure_kpa),
      flow_l_s: state.flow_l_s,
      temperature_celsius: state.temperature_celsius,
      battery_pct: this.#battery.left(at),
    }
  }
}
