import type { EpochMs } from '#model/time.ts'
import type { Incident } from '#simulator/incidents/incident.ts'
import type { MainPlace } from './main-zones.ts'

/** A break in a main, and what it does elsewhere. */
export interface Burst {
  readonly incident: Incident
  readonly place: MainPlace
  /** What is left of the pressure where the pipe is broken. */
  readonly left_kpa: number
  readonly flow_l_s: number
}

/** Pressure left and water lost, for the strengths 0 and 1. */
const LEFT_KPA: readonly [number, number] = [80, 18]
const LOST_L_S: readonly [number, number] = [40, 150]
/** A pressure wave runs at a kilometre a second: what takes seconds is the break itself. */
const FALL_MS = 1_500
/** Valves are opened slowly, and air goes out first. */
const RETURN_MS = 40_000
const GONE_MS = 15 * RETURN_MS
/** The network feeds from all sides: so far along the pipes, a third of the loss is left. */
const REACH_M = 280
/** Zones are joined by valves that let little through. */
const OTHER_ZONE = 0.25
const SHARE_MIN = 0.02

export function burst(incident: Incident, place: MainPlace): Burst {
  const mixed = ([weak, strong]: readonly [number, number]): number =>
    weak + (strong - weak) * incident.strength
  return { incident, place, left_kpa: mixed(LEFT_KPA), flow_l_s: mixed(LOST_L_S) }
}

/** How far a burst has come: 0 before it, near 1 while water runs out, back to 0 after the repair. */
export function extentAt({ incident: { startedAt, endedAt } }: Burst, at: EpochMs): number {
  if (at <= startedAt || at >= endedAt + GONE_MS) return 0
  const open = 1 - Math.exp((startedAt - Math.min(at, endedAt)) / FALL_MS)
  return at <= endedAt ? open : open * Math.exp((endedAt - at) / RETURN_MS)
}

/** When nothing is left of it. */
export const goneAt = ({ incident }: Burst): number => incident.endedAt + GONE_MS

/** How much of the loss of pressure is left at a place, by the way along the streets: 1 to 0. */
export function reachOf({ place }: Burst, other: MainPlace): number {
  const way_m = Math.abs(place.east_m - other.east_m) + Math.abs(place.south_m - other.south_m)
  const share = Math.exp(-way_m / REACH_M) * (place.zone === other.zone ? 1 : OTHER_ZONE)
  return share < SHARE_MIN ? 0 : share
}
