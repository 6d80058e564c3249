import type { Random } from '#simulator/random/random.ts'
import { noise } from '#simulator/signals/signal.ts'
import type { SimulatedDevice } from '#simulator/world/fixtures.ts'
import { sewer, waterMain } from '#simulator/world/pipe.ts'
import type { World } from '#simulator/world/world.ts'
import { cell } from './battery.ts'
import type { Sensor } from './measured.ts'

/** A gauge in a sewer: it has no pressure to measure. */
export function sewerGauge(random: Random, world: World, device: SimulatedDevice): Sensor {
  const pipe = sewer(random, world, device)
  const battery = cell(random)
  const levelError = noise(random, 4)
  return (at) => {
    const state = pipe(at)
    return {
      level_mm: state.level_mm + levelError(at),
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
  const battery = cell(random)
  const pressureError = noise(random, 1)
  return (at) => {
    const state = pipe(at)
    return {
      pressure_kpa: state.pressure_kpa + pressureError(at),
      flow_l_s: state.flow_l_s,
      temperature_celsius: state.temperature_celsius,
      battery_pct: battery(at),
    }
  }
}
