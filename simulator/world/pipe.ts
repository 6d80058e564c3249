import { type EpochMs, hours } from '#model/time.ts'
import type { Random } from '#simulator/random/random.ts'
import { drawn, sum, wander } from '#simulator/signals/signal.ts'
import type { SimulatedDevice } from './fixtures.ts'
import type { World } from './world.ts'

/** A sewer at the gauge. */
export interface SewerState {
  readonly medium: 'sewage'
  /** Above the invert; higher than the pipe when it is surcharged. */
  readonly level_mm: number
  /** Against the fall it is negative. */
  readonly flow_l_s: number
  readonly conductivity_us_cm: number
  readonly temperature_celsius: number
}

/** A water main under pressure, at the gauge. */
export interface MainState {
  readonly medium: 'water'
  readonly pressure_kpa: number
  readonly flow_l_s: number
  readonly temperature_celsius: number
}

export function sewer(
  random: Random,
  world: World,
  device: SimulatedDevice,
): (at: EpochMs) => SewerState {
  const water = world.waters.sewer(device)
  const conductivity = sum(drawn(random, 600, 1_200), wander(random, 40, hours(1)))
  const temperature = sum(drawn(random, 12, 16), wander(random, 0.3, hours(3)))
  return (at) => ({
    medium: 'sewage',
    level_mm: water.level_mm(at),
    flow_l_s: water.flow_l_s(at),
    conductivity_us_cm: conductivity(at),
    temperature_celsius: temperature(at),
  })
}

export function waterMain(
  random: Random,
  world: World,
  device: SimulatedDevice,
): (at: EpochMs) => MainState {
  const water = world.waters.main(device)
  const temperature = sum(drawn(random, 8, 12), wander(random, 0.2, hours(6)))
  return (at) => ({
    medium: 'water',
    pressure_kpa: water.pressure_kpa(at),
    flow_l_s: water.flow_l_s(at),
    temperature_celsius: temperature(at),
  })
}
