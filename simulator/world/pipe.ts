import { type EpochMs, hours, minutes, seconds } from '#model/time.ts'
import { between, type Random } from '#simulator/random/random.ts'
import { excursion, spanAt } from '#simulator/signals/excursion.ts'
import { constant, diurnal, drawn, sum, wander } from '#simulator/signals/signal.ts'
import type { SimulatedDevice } from './fixtures.ts'
import type { World } from './world.ts'

/** A sewer that runs part full, at the gauge. */
export interface SewerState {
  readonly medium: 'sewage'
  readonly level_mm: number
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

/** Flow follows the level but when the pipe is full: then what is downstream lets little through. */
export function sewer(
  random: Random,
  _world: World,
  _device: SimulatedDevice,
): (at: EpochMs) => SewerState {
  const depth = between(random, 250, 800)
  const level = sum(
    constant(depth),
    diurnal(-0.3 * depth, 0.3 * depth, 9),
    wander(random, depth / 25, minutes(20)),
  )
  const conveyance = between(random, 0.8, 1.6) * 1e-3
  const conductivity = sum(drawn(random, 600, 1_200), wander(random, 40, hours(1)))
  const temperature = sum(drawn(random, 12, 16), wander(random, 0.3, hours(3)))
  return (at) => {
    const level_mm = level(at)
    return {
      medium: 'sewage',
      level_mm,
      flow_l_s: conveyance * Math.min(level_mm, depth) ** 1.6,
      conductivity_us_cm: conductivity(at),
      temperature_celsius: temperature(at),
    }
  }
}

/** Pressure is lowest when most is drawn; a burst takes the pressure and lets the flow rise. */
export function waterMain(
  random: Random,
  world: World,
  device: SimulatedDevice,
): (at: EpochMs) => MainState {
  const rest = between(random, 270, 380)
  const burst = world.incidentsOf(device)('main-burst')
  const pressure = excursion(
    sum(constant(rest), diurnal(-40, 0, 2), wander(random, 5, minutes(10))),
    burst,
    { short: 125, beyond: 85, peak: [70, 15], lead: seconds(10), tail: seconds(60) },
  )
  const demand = between(random, 15, 80)
  const flow = sum(diurnal(0.4 * demand, demand, 19), wander(random, demand / 20, minutes(5)))
  const temperature = sum(drawn(random, 8, 12), wander(random, 0.2, hours(6)))
  return (at) => ({
    medium: 'water',
    pressure_kpa: pressure(at),
    flow_l_s: flow(at) * (spanAt(burst, at) ? 2.5 : 1),
    temperature_celsius: temperature(at),
  })
}
