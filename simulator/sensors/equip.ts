import { Broken } from '#model/error.ts'
import type { EpochMs } from '#model/time.ts'
import { splitRandom } from '#simulator/random/random.ts'
import type { SimulatedDevice } from '#simulator/world/fixtures.ts'
import type { World } from '#simulator/world/world.ts'
import { alerted, alertOf } from './alert.ts'
import { coverSensor } from './cover-sensor.ts'
import { wakesOf } from './disturbances.ts'
import { diagnose, faultsOf } from './faults/diagnose.ts'
import type { DeviceFault, Instrument, Measure, Stamp } from './instrument.ts'
import { levelSensor } from './level-sensor.ts'
import type { Sensor } from './measured.ts'
import { patrolTerminal, truckTerminal } from './mobile-terminal.ts'
import { mainGauge, sewerGauge } from './pipe-gauge.ts'
import { byInterval, type Rhythm, wokenAt } from './rhythm.ts'

const NO_FAULTS: readonly DeviceFault[] = []
const rightTime: Stamp = (at: EpochMs) => at

/**
 * What one device makes of its part of the world, on streams of randomness of its own. One that
 * nothing ails has no layer for it.
 */
export function equip(world: World, device: SimulatedDevice): Instrument {
  const ailments = diagnose(world.setting, device)
  const sensor = sensorOf(world, device)
  if (ailments.length === 0) {
    return { ...inTime(world, device, sensor), stamp: rightTime, faults: NO_FAULTS }
  }
  const measure = ailments.reduce<Measure>(
    (sound, ailment) => ailment.measure?.(sound) ?? sound,
    sensor,
  )
  return {
    ...inTime(world, device, measure),
    stamp: ailments.reduce<Stamp>((right, ailment) => ailment.stamp?.(right) ?? right, rightTime),
    get faults() {
      return faultsOf(world, device)
    },
  }
}

function inTime(
  world: World,
  device: SimulatedDevice,
  measure: Measure,
): Rhythm & Pick<Instrument, 'measure'> {
  const own = byInterval(world.setting, device)
  if (!world.setting.byChange) return { ...own, measure }
  const woken = wokenAt(wakesOf(world, device), own)
  const alert = alertOf(device)
  return alert ? alerted(measure, woken, alert) : { ...woken, measure }
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
