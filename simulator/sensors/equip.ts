import { Broken } from '#model/error.ts'
import { splitRandom } from '#simulator/random/random.ts'
import type { SimulatedDevice } from '#simulator/world/fixtures.ts'
import type { World } from '#simulator/world/world.ts'
import { alerted, alertOf, type Timed } from './alert.ts'
import { CoverSensor } from './cover-sensor.ts'
import { wakesOf } from './disturbances.ts'
import { diagnose, faultsOf } from './faults/diagnose.ts'
import type { DeviceFault, Instrument, Measure, Meter, Stamp } from './instrument.ts'
import { LevelSensor } from './level-sensor.ts'
import { PatrolTerminal, TruckTerminal } from './mobile-terminal.ts'
import { MainGauge, SewerGauge } from './pipe-gauge.ts'
import { byInterval, wokenAt } from './rhythm.ts'

const NO_FAULTS: readonly DeviceFault[] = []
const rightTime: Stamp = (at) => at

/**
 * What one device makes of its part of the world, on streams of randomness of its own. One that
 * nothing ails has no layer for it.
 */
export function equip(world: World, device: SimulatedDevice): Instrument {
  const ailments = diagnose(world.setting, device)
  const meter = meterOf(world, device)
  const sound: Measure = meter.measure.bind(meter)
  if (ailments.length === 0) {
    const { firstAt, measure, next } = inTime(world, device, sound)
    return { firstAt, measure, next, stamp: rightTime, faults: NO_FAULTS }
  }
  const layered = ailments.reduce((inner, ailment) => ailment.measure?.(inner) ?? inner, sound)
  return {
    ...inTime(world, device, layered),
    stamp: ailments.reduce((inner, ailment) => ailment.stamp?.(inner) ?? inner, rightTime),
    get faults() {
      return faultsOf(world, device)
    },
  }
}

function inTime(world: World, device: SimulatedDevice, measure: Measure): Timed {
  const own = byInterval(world.setting, device)
  if (!world.setting.byChange) return { ...own, measure }
  const woken = wokenAt(wakesOf(world, device), own)
  const alert = alertOf(device)
  return alert ? alerted(measure, woken, alert) : { ...woken, measure }
}

function meterOf(world: World, device: SimulatedDevice): Meter {
  const random = splitRandom(world.setting.city.seed, 'device', device.kind, device.number)
  switch (device.kind) {
    case 'manhole-cover':
      return new CoverSensor(random, world, device)
    case 'bin-sensor':
      return new LevelSensor(random, world, device)
    case 'pipe-gauge':
      return device.medium === 'water'
        ? new MainGauge(random, world, device)
        : new SewerGauge(random, world, device)
    case 'refuse-truck':
      return new TruckTerminal(random, world, device)
    case 'patrol-terminal':
      return new PatrolTerminal(random, world, device)
    default:
      throw new Broken('internal', `no sensor is made for ${device.kind}`)
  }
}
