import type { Place } from '#model/place.ts'
import type { EpochMs } from '#model/time.ts'
import { between, chance, integerBetween, type Random } from '#simulator/random/random.ts'
import { spanAt } from '#simulator/signals/excursion.ts'
import type { SimulatedDevice } from './fixtures.ts'
import { Journey, type Leg } from './journey.ts'
import { crossingsAhead, DIRECTIONS, type Direction, follow } from './route.ts'
import { easyDrive } from './speed-profile.ts'
import type { Crossing } from './street-plan.ts'
import type { World } from './world.ts'

/** An inspector on a beat. */
export interface InspectorState {
  readonly place: Place
  readonly heading_deg: number
  readonly speed_kmh: number
  readonly callsForHelp: boolean
}

/** Nobody walks a beat faster than this. */
export const WALK_TOP_KMH = 5.4

const BRISK_MS2 = 1

/** Walks from corner to corner, stands and looks, and calls for help when there is need. */
export function inspector(
  random: Random,
  world: World,
  device: SimulatedDevice,
): (at: EpochMs) => InspectorState {
  const { startedAt, city } = world.setting
  const { plan, plane } = city
  const calls = world.incidentsOf(device)('call-for-help')
  const pace = between(random, 0.9, WALK_TOP_KMH / 3.6)
  const decide = (at: EpochMs, from: Crossing): Leg => {
    const open = DIRECTIONS.filter((direction) => crossingsAhead(plan, from, direction) > 0)
    const direction = open[integerBetween(random, 0, open.length - 1)] as Direction
    const route = follow(plan, from, direction, integerBetween(random, 1, 3))
    const profile = easyDrive(route.length_m, pace, BRISK_MS2)
    const rest_s = chance(random, 0.3) ? integerBetween(random, 60, 240) : 5
    return { departAt: at, route, profile, rest_s }
  }
  const start = {
    column: integerBetween(random, 0, plan.upright.length - 1),
    row: integerBetween(random, 0, plan.across.length - 1),
  }
  const journey = new Journey(startedAt, start, decide)
  return (at) => {
    const motion = journey.at(at)
    return {
      place: plane.toPlace(motion.point),
      heading_deg: motion.heading_deg,
      speed_kmh: motion.speed_ms * 3.6,
      callsForHelp: spanAt(calls, at) !== undefined,
    }
  }
}
