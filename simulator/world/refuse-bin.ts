import { type EpochMs, epochMs, hours, minutes, seconds } from '#model/time.ts'
import type { Random } from '#simulator/random/random.ts'
import { excursion, suddenly } from '#simulator/signals/excursion.ts'
import { clamped, drawn, type Signal, sum, wander } from '#simulator/signals/signal.ts'
import type { BinRound } from './crew/collection.ts'
import { levelAt } from './crew/filling.ts'
import type { SimulatedDevice } from './fixtures.ts'
import type { World } from './world.ts'

/** A bin as it truly is. */
export interface RefuseBinState {
  readonly fill_pct: number
  readonly tilt_deg: number
  readonly temperature_celsius: number
}

/** Fills by the hour and is emptied in good time, unless something is wrong. */
export function refuseBin(
  random: Random,
  world: World,
  device: SimulatedDevice,
): (at: EpochMs) => RefuseBinState {
  const incidentsOf = world.incidentsOf(device)
  const overflows = incidentsOf('bin-overflowing')
  const fill = excursion(level(world.crews.binRound(device.id)), overflows, {
    short: 91,
    beyond: 97.5,
    peak: [98, 100],
    lead: minutes(2),
    tail: seconds(0),
  })
  const tilt = excursion(
    clamped(sum(drawn(random, 0, 3), wander(random, 0.3, hours(3))), 0, 5),
    incidentsOf('bin-tipped'),
    suddenly(78, [80, 95]),
  )
  const temperature = excursion(
    sum(world.weather.air_celsius, drawn(random, 0, 4)),
    incidentsOf('bin-fire'),
    {
      short: 55,
      beyond: 76,
      peak: [90, 170],
      lead: seconds(15),
      tail: seconds(120),
    },
  )
  return (at) => ({
    fill_pct: fill(at),
    tilt_deg: tilt(at),
    temperature_celsius: temperature(at),
  })
}

// The readings between two lifts need nobody's timetable.
function level({ filling, liftedBy, liftedAfter }: BinRound): Signal {
  let liftedAt = epochMs(-Infinity)
  let nextAt = epochMs(-Infinity)
  return (at) => {
    if (at >= nextAt) {
      liftedAt = liftedBy(at)
      nextAt = liftedAfter(at)
    }
    return levelAt(filling, liftedAt, at)
  }
}
