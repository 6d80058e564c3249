import { type DurationMs, type EpochMs, epochMs } from '#model/time.ts'
import type { Incident } from '#simulator/incidents/incident.ts'
import {
  between,
  integerBetween,
  pick,
  type Random,
  splitRandom,
} from '#simulator/random/random.ts'
import type { Crossing, StreetPlan } from '#simulator/world/street-plan.ts'
import { type Area, clampedTo } from './area.ts'
import {
  type Drive,
  easyDrive,
  type Manner,
  type Sprint,
  sprintDrive,
  sprintLength,
} from './drive.ts'
import type { Leg } from './journey.ts'
import { atCrossing, type StreetSpot } from './street-spot.ts'
import { gridDistance_m, lengthOf, straightOn, type Way } from './way.ts'

/** No truck is ever faster, speeding included. */
export const TRUCK_TOP_KMH = 80

const SPEED_LIMIT_MS = 60 / 3.6
const ACCELERATION_MS2 = 1.2
const GENTLE_MS2 = 0.9
const CALM_MS = 30 / 3.6
const SPRINTS_MS = [TRUCK_TOP_KMH / 3.6, 20.5, 19]
const SLOWEST_SPRINT_MS = 18
// How long before it loses its load a truck has set off, and how fast it then goes on.
const RUN_UP_S = 14
const HAUL_MS: readonly [number, number] = [4, 9]

/** Something a driver does wrong along one street, from standstill to standstill. */
export function misdeed(
  plan: StreetPlan,
  from: StreetSpot,
  incident: Incident,
  interval: DurationMs,
): Leg {
  const room_m = lengthOf(straightOn(plan, from, Infinity))
  const { needed_m, drive } =
    incident.cause === 'truck-speeding' ? speeding(incident, room_m) : hauling(room_m, interval)
  const way = straightOn(plan, from, needed_m)
  return { departAt: setsOffAt(incident), way, drive: drive(way) }
}

/** When a driver has to be free for a misdeed. */
export const setsOffAt = ({ cause, startedAt }: Incident): EpochMs => {
  const before_s = cause === 'truck-speeding' ? SPEED_LIMIT_MS / ACCELERATION_MS2 : RUN_UP_S
  return epochMs(Math.round(startedAt - before_s * 1_000))
}

interface Misdeed {
  readonly needed_m: number
  readonly drive: (way: Way) => Drive
}

// The limit is passed upwards exactly when the incident begins and downwards when it ends.
function speeding({ startedAt, endedAt }: Incident, room_m: number): Misdeed {
  const lasts_s = (endedAt - startedAt) / 1_000
  const sprintAt = (top_ms: number): Sprint => ({
    top_ms,
    held_s: Math.max(0, lasts_s - (2 * (top_ms - SPEED_LIMIT_MS)) / ACCELERATION_MS2),
  })
  const sprint =
    SPRINTS_MS.map(sprintAt).find((sprint) => sprintLength(sprint, ACCELERATION_MS2) <= room_m) ??
    sprintAt(SLOWEST_SPRINT_MS)
  return {
    needed_m: sprintLength(sprint, ACCELERATION_MS2),
    drive: (way) => sprintDrive(lengthOf(way), sprint, CALM_MS, ACCELERATION_MS2),
  }
}

// Still well under way at the second reading after the loss, as far as the street allows.
function hauling(room_m: number, interval: DurationMs): Misdeed {
  const wanted_s = RUN_UP_S + (2.5 * interval) / 1_000
  const cruise = Math.max(HAUL_MS[0], Math.min(HAUL_MS[1], room_m / wanted_s))
  const manner: Manner = {
    main_ms: cruise,
    lane_ms: cruise,
    turn_ms: cruise,
    acceleration_ms2: GENTLE_MS2,
  }
  return { needed_m: cruise * wanted_s, drive: ({ runs }) => easyDrive(runs, manner) }
}

const AWAY = 5
const ROAM = 2

/** Crossings outside an area, by several hundred metres as far as the streets go on so far. */
export function spotsBeyond(
  plan: StreetPlan,
  area: Area,
  here: Crossing,
): readonly [StreetSpot, StreetSpot] {
  const near = clampedTo(area, here)
  const last = { column: plan.upright.length - 1, row: plan.across.length - 1 }
  const { columns, rows } = area
  const sides = [
    { out: { column: columns[0] - AWAY, row: near.row }, off: here.column - columns[0] },
    { out: { column: columns[1] + AWAY, row: near.row }, off: columns[1] - here.column },
    { out: { column: near.column, row: rows[0] - AWAY }, off: here.row - rows[0] },
    { out: { column: near.column, row: rows[1] + AWAY }, off: rows[1] - here.row },
  ].map(({ out, off }) => {
    const inside = clampedTo({ columns: [0, last.column], rows: [0, last.row] }, out)
    const lacking = Math.abs(inside.column - out.column) + Math.abs(inside.row - out.row)
    return { crossing: inside, cost: off + 100 * lacking }
  })
  const { crossing } = sides.reduce((best, side) => (side.cost < best.cost ? side : best))
  // Along the border, so that the second spot is as far outside as the first.
  const beside = crossing.column < columns[0] || crossing.column > columns[1]
  const back = (index: number, end: number): number => (index + ROAM <= end ? ROAM : -ROAM)
  const second = beside
    ? { column: crossing.column, row: crossing.row + back(crossing.row, last.row) }
    : { column: crossing.column + back(crossing.column, last.column), row: crossing.row }
  return [atCrossing(plan, crossing), atCrossing(plan, second)]
}

const TRIES = 60
const NEAR = 3
const APART_M = 80

/** Somewhere near that is far from every stop; the furthest that was found where none is. */
export function quietSpot(
  citySeed: string,
  plan: StreetPlan,
  incident: Incident,
  here: StreetSpot,
  stops: readonly StreetSpot[],
  area: Area,
): StreetSpot {
  const random = splitRandom(citySeed, 'errand', incident.id)
  let best = here
  let furthest = -1
  for (let attempt = 0; attempt < TRIES && furthest < APART_M; attempt += 1) {
    const spot = spotNear(random, plan, here.stretch.from, area)
    const off = stops.reduce(
      (least, stop) => Math.min(least, gridDistance_m(plan, spot, stop)),
      Infinity,
    )
    if (off > furthest) {
      best = spot
      furthest = off
    }
  }
  return best
}

function spotNear(random: Random, plan: StreetPlan, here: Crossing, area: Area): StreetSpot {
  const wanted = clampedTo(area, {
    column: here.column + integerBetween(random, -NEAR, NEAR),
    row: here.row + integerBetween(random, -NEAR, NEAR),
  })
  const axis = pick(random, ['across', 'upright'] as const)
  const from = {
    column: Math.min(
      wanted.column,
      area.columns[1] - (axis === 'across' ? 1 : 0),
      plan.upright.length - 1,
    ),
    row: Math.min(wanted.row, area.rows[1] - (axis === 'upright' ? 1 : 0), plan.across.length - 1),
  }
  return { stretch: { axis, from }, share: between(random, 0.2, 0.8) }
}
