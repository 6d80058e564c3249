import { between, type EpochMs, hours } from '#model/time.ts'
import { DEGREE_M, lonDegree_m } from './compile-area.ts'

/** Where a device says it was, WGS-84. */
export interface Fix {
  readonly at: EpochMs
  readonly lon_deg: number
  readonly lat_deg: number
  /** Radius that holds the true place two times in three; undefined where none is stated. */
  readonly accuracy_m: number | undefined
  readonly speed_kmh: number | undefined
}

/** Taken for the accuracy where none is stated; 0 states none. */
const DEFAULT_ACCURACY_M = 20
/** No receiver in a street is better, whatever it states. */
const BEST_ACCURACY_M = 3

/** A speed that no parked receiver shows. */
const MOVING_KMH = 5
/** The mean of two speeds, one after the other, that a parked receiver does not show. */
const MOVED_MEAN_KMH = 3
/** No vehicle of the city is faster. */
const FASTEST_KMH = 200

/** So far from each other, or from a boundary, jitter brings no two fixes, whatever they state. */
export const JITTER_REACH_M = 250
/** Two fixes of one place lie within so many times the sum of their accuracies. */
const JITTER_ACCURACIES = 2.5

/** A fix says something of the one after it for so long. */
export const PAIR_GAP = hours(1)

const KMH_IN_M_PER_MS = 1 / 3_600

export function accuracyOf({ accuracy_m }: Fix): number {
  if (accuracy_m === undefined || !(accuracy_m > 0)) return DEFAULT_ACCURACY_M
  return Math.max(accuracy_m, BEST_ACCURACY_M)
}

export const isMoving = ({ speed_kmh }: Fix): boolean =>
  speed_kmh !== undefined && speed_kmh >= MOVING_KMH

/** Metres between two fixes, in the plane of the later one. */
export function distance_m(from: Fix, to: Fix): number {
  const dx = (to.lon_deg - from.lon_deg) * lonDegree_m(to.lat_deg)
  const dy = (to.lat_deg - from.lat_deg) * DEGREE_M
  return Math.sqrt(dx * dx + dy * dy)
}

/** How far apart two fixes of a device that stands may lie. */
const jitterReach = (from: Fix, to: Fix): number =>
  Math.max(JITTER_REACH_M, JITTER_ACCURACIES * (accuracyOf(from) + accuracyOf(to)))

/** Whether the device certainly moved between two fixes, or moves at the later one. */
export function hasMoved(from: Fix | undefined, to: Fix): boolean {
  if (isMoving(to)) return true
  if (!from) return false
  const [before, now] = [from.speed_kmh, to.speed_kmh]
  if (before !== undefined && now !== undefined && before + now >= 2 * MOVED_MEAN_KMH) return true
  return isFarFrom(from, to)
}

/** Whether two fixes lie further apart than jitter explains. */
export const isFarFrom = (from: Fix, to: Fix): boolean =>
  distance_m(from, to) > jitterReach(from, to)

/** Whether a vehicle could have come from one fix to the other. */
export function isReachable(from: Fix, to: Fix): boolean {
  const unexplained_m = distance_m(from, to) - jitterReach(from, to)
  return unexplained_m <= FASTEST_KMH * KMH_IN_M_PER_MS * between(from.at, to.at)
}

export const sameFix = (a: Fix | undefined, b: Fix | undefined): boolean =>
  a === b ||
  (a !== undefined &&
    b !== undefined &&
    a.at === b.at &&
    a.lon_deg === b.lon_deg &&
    a.lat_deg === b.lat_deg &&
    a.accuracy_m === b.accuracy_m &&
    a.speed_kmh === b.speed_kmh)
