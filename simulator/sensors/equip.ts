import { Broken } from '#model/error.ts'
import type { EpochMs } from '#model/time.ts'
import { splitRandom } from '#simulator/random/random.ts'
import type { SimulatedDevice } from '#simulator/world/fixtures.ts'
import type { World } from '#simulator/world/world.ts'
import { coverSensor } from './cover-sensor.ts'
import type { DeviceFault, Instrument } from './instrument.ts'
import { levelSensor } from './level-sensor.ts'
import type { Sensor } from './measured.ts'
import { patrolTerminal, truckTerminal } from './mobile-terminal.ts'
import { mainGauge, sewerGauge } from './pipe-gauge.ts'
import { rhythm } from './rhythm.ts'

const NO_FAULTS: readonly DeviceFault[] = []
const rightTime = (at: EpochMs): EpochMs => at

/** What one device makes of its part of the world, on streams of randomness of its own. */
export function equip(world: World, device: SimulatedDevice): Instrument {
  return {
    ...rhythm(world.setting, device),
    measure: sensorOf(world, device),
    stamp: rightTime,
    faults: NO_FAULTS,
  }
}

function sensorOf(world: World, device: SimulatedDevice): Sensor {
  const random = splitRandom(world.setting.city.seed, 'device', device.kind, device.number)
  switch (device.kind) {
    case 'manhole-cover':
      return coverSensor(random, world, device)
    case 'bin-sensor':
      return levelSensor(random, world, device)
    case 'pipe-gauge':
      return device.medium === 'water'
        ? mainGauge(random, world, device)
        : sewerGauge(random, world, device)
    case 'refuse-truck':
      return truckTerminal(random, world, device)
    case 'patrol-terminal':
      return patrolTerminal(random, world, device)
    default:
      throw new Broken('internal', `no sensor is made for ${device.kind}`)
  }
}
