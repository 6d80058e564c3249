import { gaussian, type Random } from '#simulator/random/random.ts'
import type { SimulatedDevice } from '#simulator/world/fixtures.ts'
import { refuseBin } from '#simulator/world/refuse-bin.ts'
import type { World } from '#simulator/world/world.ts'
import { cell } from './battery.ts'
import type { Sensor } from './measured.ts'
import { held, SENSOR_RANGES } from './sensor-range.ts'

const { temperature_celsius } = SENSOR_RANGES['bin-sensor']

/** The ultrasonic sensor in the lid of a bin. */
export function levelSensor(random: Random, world: World, device: SimulatedDevice): Sensor {
  const bin = refuseBin(random, world, device)
  const battery = cell(random, device.kind)
  return (at) => {
    const state = bin(at)
    const temperature = state.temperature_celsius + 0.3 * gaussian(random)
    return {
      fill_pct: state.fill_pct + 0.5 * gaussian(random),
      tilt_deg: Math.abs(state.tilt_deg + 0.4 * gaussian(random)),
      temperature_celsius: held(temperature, temperature_celsius),
      battery_pct: battery(at),
    }
  }
}
