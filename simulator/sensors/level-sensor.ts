import type { EpochMs } from '#model/time.ts'
import { gaussian, type Random } from '#simulator/random/random.ts'
import type { SimulatedDevice } from '#simulator/world/fixtures.ts'
import { type RefuseBinState, refuseBin } from '#simulator/world/refuse-bin.ts'
import type { World } from '#simulator/world/world.ts'
import { type Battery, cell } from './battery.ts'
import type { Meter } from './instrument.ts'
import type { Values } from './measured.ts'
import { held, SENSOR_RANGES } from './sensor-range.ts'

const { temperature_celsius } = SENSOR_RANGES['bin-sensor']

/** The ultrasonic sensor in the lid of a bin. */
export class LevelSensor implements Meter {
  readonly #random: Random
  readonly #bin: (at: EpochMs) => RefuseBinState
  readonly #battery: Battery

  constructor(random: Random, world: World, device: SimulatedDevice) {
    this.#random = random
    this.#bin = refuseBin(random, world, device)
    this.#battery = cell(random, device.kind)
  }

  measure(at: EpochMs): Values {
    const random = this.#random
    const state = this.#bin(at)
    const temperature = state.temperature_celsius + 0.3 * gaussian(random)
    return {
      fill_pct: state.fill_pct + 0.5 * gaussian(random),
      tilt_deg: Math.abs(state.tilt_deg + 0.4 * gaussian(random)),
      temperature_celsius: held(temperature, temperature_celsius),
      battery_pct: this.#battery.left(at),
    }
  }
}
