import { hours } from '#model/time.ts'
import { between, chance, integerBetween, type Random } from '#simulator/random/random.ts'
import { constant, noise, sum, wander } from '#simulator/signals/signal.ts'
import type { SimulatedDevice } from '#simulator/world/fixtures.ts'
import { manhole } from '#simulator/world/manhole.ts'
import type { World } from '#simulator/world/world.ts'
import { cell } from './battery.ts'
import type { Sensor } from './measured.ts'

// A heavy vehicle tilts a cover for a moment; the sensor sees one such moment in two hundred.
const SHAKE_SHARE = 0.005
const SHAKE_DEG: readonly [number, number] = [4, 12]

/** The sensor under a cover. */
export function coverSensor(random: Random, world: World, device: SimulatedDevice): Sensor {
  const shaft = manhole(random, world, device)
  const battery = cell(random, world.incidentsOf(device)('battery-low'))
  const signal = sum(constant(between(random, -105, -75)), wander(random, 4, hours(0.5)))
  const tiltError = noise(random, 0.3)
  const levelError = noise(random, 8)
  const gasError = noise(random, 0.2)
  return (at) => {
    const state = shaft(at)
    const shaken = state.tilt_deg < 10 && chance(random, SHAKE_SHARE * state.traffic)
    const shake = shaken ? between(random, ...SHAKE_DEG) : 0
    return {
      tilt_deg: Math.abs(state.tilt_deg + shake + tiltError(at)),
      lid_open: state.lidOpen,
      level_mm: state.level_mm + levelError(at),
      ch4_pct_lel: state.methane_pct_lel + gasError(at),
      h2s_ppm: state.hydrogenSulphide_ppm + gasError(at),
      vibration_count: integerBetween(random, 0, Math.round(6 * state.traffic)) + (shaken ? 4 : 0),
      temperature_celsius: state.temperature_celsius,
      battery_pct: battery(at),
      rssi_dbm: signal(at),
    }
  }
}
