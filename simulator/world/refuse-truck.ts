import type { Place } from '#model/place.ts'
import { type DurationMs, type EpochMs, epochMs } from '#model/time.ts'
import type { Incident } from '#simulator/incidents/incident.ts'
import { between, chance, integerBetween, type Random } from '#simulator/random/random.ts'
import { Cargo } from './cargo.ts'
import type { SimulatedDevice } from './fixtures.ts'
import { arrivedAt, Journey, type Leg, overAt } from './journey.ts'
import { crossingsAhead, DIRECTIONS, type Direction, follow, followFor } from './route.ts'
import {
  easyDrive,
  type SpeedProfile,
  type Sprint,
  sprintDrive,
  sprintLength,
} from './speed-profile.ts'
import type { Crossing, StreetPlan } from './street-plan.ts'
import type { World } from './world.ts'

/** A refuse truck as it truly is. */
export interface RefuseTruckState {
  readonly place: Place
  readonly heading_deg: number
  readonly speed_kmh: number
  readonly load_kg: number
  readonly lifts: number
  readonly hopperOpen: boolean
  readonly odometer_km: number
  readonly fuel_pct: number
}

/** No truck is ever faster, speeding included. */
export const TRUCK_TOP_KMH = 80
/** What a truck keeps to when nothing is wrong. */
export const TRUCK_LIMIT_KMH = { main: 48, lane: 28 } as const

const SPEED_LIMIT_MS = 60 / 3.6
const ACCELERATION_MS2 = 1.2
const GENTLE_MS2 = 0.9
const CALM_MS = 30 / 3.6
const SPRINTS_MS = [TRUCK_TOP_KMH / 3.6, 20.5, 19]
const SLOWEST_SPRINT_MS = 18
// How long before it loses its load a truck has set off, and how fast it then goes on.
const RUN_UP_S = 14
const HAUL_MS: readonly [number, number] = [4, 9]

/** Drives from stop to stop, lifts bins, tips its load, and now and then does worse. */
export function refuseTruck(
  random: Random,
  world: World,
  device: SimulatedDevice,
): (at: EpochMs) => RefuseTruckState {
  const { startedAt, city } = world.setting
  const { plan, plane } = city
  const interval = world.setting.interval(device.kind)
  const incidentsOf = world.incidentsOf(device)
  const cargo = new Cargo(random, incidentsOf('load-dropped'), interval)
  const errands = [...incidentsOf('truck-speeding'), ...incidentsOf('load-dropped')].sort(
    (a, b) => a.startedAt - b.startedAt,
  )

  const decide = (at: EpochMs, from: Crossing): Leg => {
    const errand = errands[0]
    const round = roundLeg(at, from)
    const away = errand && errandLeg(plan, from, errand, interval)
    if (away && overAt(round) > away.departAt) {
      errands.shift()
      return away
    }
    return { ...round, rest_s: cargo.stop(arrivedAt(round), round.rest_s, away?.departAt) }
  }

  const roundLeg = (at: EpochMs, from: Crossing): Leg => {
    const route = follow(
      plan,
      from,
      pickDirection(random, plan, from),
      integerBetween(random, 1, 6),
    )
    const limit = route.main ? TRUCK_LIMIT_KMH.main : TRUCK_LIMIT_KMH.lane
    const cruise = (limit / 3.6) * between(random, 0.7, 1)
    const profile = easyDrive(route.length_m, cruise, GENTLE_MS2)
    return { departAt: at, route, profile, rest_s: Math.round(between(random, 6, 45)) }
  }

  const start = {
    column: integerBetween(random, 0, plan.upright.length - 1),
    row: integerBetween(random, 0, plan.across.length - 1),
  }
  const journey = new Journey(startedAt, start, decide)
  const odometer = between(random, 8_000, 160_000)
  const tank = between(random, 45, 95)
  return (at) => {
    const motion = journey.at(at)
    const travelled_km = motion.travelled_m / 1_000
    return {
      place: plane.toPlace(motion.point),
      heading_deg: motion.heading_deg,
      speed_kmh: motion.speed_ms * 3.6,
      ...cargo.at(at),
      odometer_km: odometer + travelled_km,
      fuel_pct: Math.max(8, tank - 0.3 * travelled_km),
    }
  }
}

// Along the longer part of a street, so far as it takes to do wrong there.
function errandLeg(plan: StreetPlan, from: Crossing, errand: Incident, interval: DurationMs): Leg {
  const most = (direction: Direction): number => crossingsAhead(plan, from, direction)
  const direction = DIRECTIONS.reduce((best, next) => (most(next) > most(best) ? next : best))
  const room_m = follow(plan, from, direction, most(direction)).length_m
  const speeds = errand.cause === 'truck-speeding'
  const { needed_m, before_s, drive } = speeds
    ? speeding(errand, room_m)
    : hauling(room_m, interval)
  const route = followFor(plan, from, direction, needed_m)
  const departAt = epochMs(Math.round(errand.startedAt - before_s * 1_000))
  return { departAt, route, profile: drive(route.length_m), rest_s: 20 }
}

interface Misdeed {
  readonly needed_m: number
  /** How long before the incident begins the truck sets off. */
  readonly before_s: number
  readonly drive: (length_m: number) => SpeedProfile
}

// The limit is passed upwards exactly when the incident begins and downwards when it ends.
function speeding({ startedAt, endedAt }: Incident, room_m: number): Misdeed {
  const lasts_s = (endedAt - startedAt) / 1_000
  const sprintAt = (top_ms: number): Sprint => ({
    top_ms,
    held_s: lasts_s - (2 * (top_ms - SPEED_LIMIT_MS)) / ACCELERATION_MS2,
  })
  const sprint =
    SPRINTS_MS.map(sprintAt).find((sprint) => sprintLength(sprint, ACCELERATION_MS2) <= room_m) ??
    sprintAt(SLOWEST_SPRINT_MS)
  return {
    needed_m: sprintLength(sprint, ACCELERATION_MS2),
    before_s: SPEED_LIMIT_MS / ACCELERATION_MS2,
    drive: (length_m) => sprintDrive(length_m, sprint, CALM_MS, ACCELERATION_MS2),
  }
}

// Still well under way at the second reading after the loss, as far as the street allows.
function hauling(room_m: number, interval: DurationMs): Misdeed {
  const wanted_s = RUN_UP_S + (2.5 * interval) / 1_000
  const cruise = Math.max(HAUL_MS[0], Math.min(HAUL_MS[1], room_m / wanted_s))
  return {
    needed_m: cruise * wanted_s,
    before_s: RUN_UP_S,
    drive: (length_m) => easyDrive(length_m, cruise, GENTLE_MS2),
  }
}

// Main streets draw a driver; nobody turns back where the street goes on.
function pickDirection(random: Random, plan: StreetPlan, from: Crossing): Direction {
  const open = DIRECTIONS.filter((direction) => crossingsAhead(plan, from, direction) > 0)
  const main = open.filter(({ axis }) =>
    axis === 'across' ? plan.across[from.row]?.main : plan.upright[from.column]?.main,
  )
  const choice = main.length > 0 && chance(random, 0.7) ? main : open
  return choice[integerBetween(random, 0, choice.length - 1)] as Direction
}
