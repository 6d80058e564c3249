import { gaussian, type Random } from '#simulator/random/random.ts'
import type { SimulatedDevice } from '#simulator/world/fixtures.ts'
import { sewer, waterMain } from '#simulator/world/pipe.ts'
import type { World } from '#simulator/world/world.ts'
import { cell } from './battery.ts'
import type { Sensor } from './measured.ts'
import { held, SENSOR_RANGES } from './sensor-range.ts'

const { level_mm, pressure_kpa } = SENSOR_RANGES['pipe-gauge']

/** A gauge in a sewer: it has no pressure to measure. */
export function sewerGauge(random: Random, world: World, device: SimulatedDevice): Sensor {
  const pipe = sewer(random, world, device)
  const battery = cell(random, device.kind)
  return (at) => {
    const state = pipe(at)
    return {
      level_mm: held(state.level_mm + 4 * gaussian(random), level_mm),
      flow_l_s: state.flow_l_s,
      conductivity_us_cm: state.conductivity_us_cm,
      temperature_celsius: state.temperature_celsius,
      battery_pct: battery(at),
    }
  }
}

/** A gauge in a water main: the pipe is full, so there is no level. */
export function mainGauge(random: Random, world: World, device: SimulatedDevice): Sensor {
  const pipe = waterMain(random, world, device)
  const battery = cell(random, device.kind)
  return (at) => {
    const state = pipe(at)
    return {
      pressure_kpa: held(state.pressure_kpa + gaussian(random), pressure_kpa),
      flow_l_s: state.flow_l_s,
      temperature_celsius: state.temperature_celsius,
      battery_pct: battery(at),
    }
  }
}
