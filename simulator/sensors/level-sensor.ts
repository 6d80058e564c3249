import type { Random } from '#simulator/random/random.ts'
import { noise } from '#simulator/signals/signal.ts'
import type { SimulatedDevice } from '#simulator/world/fixtures.ts'
import { refuseBin } from '#simulator/world/refuse-bin.ts'
import type { World } from '#simulator/world/world.ts'
import { cell } from './battery.ts'
import type { Sensor } from './measured.ts'

/** The ultrasonic sensor in the lid of a bin. */
export function levelSensor(random: Random, world: World, device: SimulatedDevice): Sensor {
  const bin = refuseBin(random, world, device)
  const battery = cell(random)
  const fillError = noise(random, 0.5)
  const tiltError = noise(random, 0.4)
  const temperatureError = noise(random, 0.3)
  return (at) => {
    const state = bin(at)
    return {
      fill_pct: state.fill_pct + fillError(at),
      tilt_deg: Math.abs(state.tilt_deg + tiltError(at)),
      temperature_celsius: state.temperature_celsius + temperatureError(at),
      battery_pct: battery(at),
    }
  }
}
