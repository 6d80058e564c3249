import { hours, minutes } from '#model/time.ts'
import { between, chance, gaussian, integerBetween, type Random } from '#simulator/random/random.ts'
import type { SimulatedDevice } from '#simulator/world/fixtures.ts'
import { manhole } from '#simulator/world/manhole.ts'
import type { World } from '#simulator/world/world.ts'
import { cell } from './battery.ts'
import type { Sensor } from './measured.ts'
import { held, SENSOR_RANGES } from './sensor-range.ts'
import { steadySignal } from './steady-signal.ts'

// A heavy vehicle tilts a cover for a moment; the sensor sees one such moment in two hundred.
const SHAKE_SHARE = 0.005
const SHAKE_DEG: readonly [number, number] = [3, 9]
/** One that lies askew already is not tilted further. */
const SEATED_DEG = 4
const SHOCKS = 6

const { level_mm, h2s_ppm, tilt_deg, temperature_celsius } = SENSOR_RANGES['manhole-cover']

/** The sensor under a cover. */
export function coverSensor(random: Random, world: World, device: SimulatedDevice): Sensor {
  const shaft = manhole(random, world, device)
  const battery = cell(random, device.kind, world.incidentsOf(device)('battery-low'))
  const strength = steadySignal(random, [-105, -75], {
    deviation: 4,
    memory: hours(0.5),
    step: minutes(5),
  })
  return (at) => {
    const state = shaft(at)
    const shaken = state.tilt_deg < SEATED_DEG && chance(random, SHAKE_SHARE * state.traffic)
    const shake = shaken ? between(random, ...SHAKE_DEG) : 0
    const shocks = integerBetween(random, 0, Math.round(SHOCKS * state.traffic))
    return {
      tilt_deg: held(Math.abs(state.tilt_deg + shake + 0.3 * gaussian(random)), tilt_deg),
      lid_open: state.lidOpen,
      level_mm: held(state.level_mm + 8 * gaussian(random), level_mm),
      ch4_pct_lel: state.methane_pct_lel + 0.2 * gaussian(random),
      h2s_ppm: held(state.hydrogenSulphide_ppm + 0.2 * gaussian(random), h2s_ppm),
      vibration_count: shocks + (shaken ? 4 : 0),
      temperature_celsius: held(state.temperature_celsius, temperature_celsius),
      battery_pct: battery(at),
      rssi_dbm: strength(at),
    }
  }
}
