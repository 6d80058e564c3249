import { type EpochMs, hours, minutes, seconds } from '#model/time.ts'
import { between, type Random } from '#simulator/random/random.ts'
import { excursion, spanAt, suddenly } from '#simulator/signals/excursion.ts'
import { clamped, constant, diurnal, drawn, sum, wander } from '#simulator/signals/signal.ts'
import type { SimulatedDevice } from './fixtures.ts'
import type { World } from './world.ts'

/** A shaft and its cover as they truly are. */
export interface ManholeState {
  readonly tilt_deg: number
  readonly lidOpen: boolean
  readonly level_mm: number
  readonly methane_pct_lel: number
  readonly hydrogenSulphide_ppm: number
  /** How busy the road above is, 0 to 1. */
  readonly traffic: number
  readonly temperature_celsius: number
}

/** What `foul` shafts hold: water that people make or that falls, and what it gives off. */
export function manhole(
  random: Random,
  world: World,
  device: SimulatedDevice,
): (at: EpochMs) => ManholeState {
  const incidentsOf = world.incidentsOf(device)
  const foul = device.medium === 'sewage' || device.medium === 'stormwater'
  const tilt = excursion(
    clamped(sum(drawn(random, 0.2, 2), wander(random, 0.2, hours(6))), 0, 4),
    incidentsOf('cover-displaced'),
    suddenly(22, [24, 75]),
  )
  const depth = foul ? between(random, 150, 700) : between(random, 0, 30)
  const level = foul
    ? sum(
        constant(depth),
        diurnal(-0.25 * depth, 0.25 * depth, 9),
        wander(random, depth / 20, minutes(30)),
      )
    : clamped(sum(constant(depth), wander(random, 3, hours(2))), 0, 50)
  const methane = excursion(
    foul ? clamped(sum(drawn(random, 0, 3), wander(random, 0.5, hours(1))), 0, 6) : constant(0),
    incidentsOf('methane'),
    { short: 15, beyond: 23, peak: [28, 70], lead: seconds(30), tail: seconds(60) },
  )
  const sulphide = foul
    ? clamped(sum(drawn(random, 0, 2), wander(random, 0.4, hours(1))), 0, 5)
    : constant(0)
  const busy = between(random, 0.2, 1)
  const traffic = diurnal(0.1 * busy, busy, 13)
  // Below ground the day comes through damped.
  const warmth = drawn(random, 6, 9)
  const open = incidentsOf('lid-open')
  return (at) => ({
    tilt_deg: tilt(at),
    // Slid aside flat: a lid may be gone without a tilt to show for it.
    lidOpen: spanAt(open, at) !== undefined,
    level_mm: level(at),
    methane_pct_lel: methane(at),
    hydrogenSulphide_ppm: sulphide(at),
    traffic: traffic(at),
    temperature_celsius: warmth(at) + world.weather.air_celsius(at) / 4,
  })
}
