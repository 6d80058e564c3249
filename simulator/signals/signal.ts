import type { DurationMs, EpochMs } from '#model/time.ts'
import { between, gaussian, type Random } from '#simulator/random/random.ts'

/**
 * A quantity over time. Signals remember where they were, so each belongs to one device and is
 * asked in the order of time.
 */
export type Signal = (at: EpochMs) => number

export const constant =
  (value: number): Signal =>
  () =>
    value

/** A value drawn once: how this one differs from its like. */
export const drawn = (random: Random, min: number, max: number): Signal =>
  constant(between(random, min, max))

/** Independent errors of measurement around 0, never further than three deviations. */
export const noise =
  (random: Random, deviation: number): Signal =>
  () =>
    deviation * gaussian(random)

export const sum =
  (...signals: readonly Signal[]): Signal =>
  (at) =>
    signals.reduce((total, signal) => total + signal(at), 0)

export const clamped =
  (signal: Signal, min: number, max: number): Signal =>
  (at) =>
    Math.max(min, Math.min(max, signal(at)))

/**
 * Wanders around 0 and is drawn back to it (Ornstein–Uhlenbeck, exact for steps of any length),
 * never further than three deviations. `memory` is how long it takes to forget all but 1/e.
 */
export function wander(random: Random, deviation: number, memory: DurationMs): Signal {
  let value = deviation * gaussian(random)
  let last: EpochMs | undefined
  return (at) => {
    const kept = last === undefined ? 1 : Math.exp(-(at - last) / memory)
    last = at
    const stepped = value * kept + deviation * Math.sqrt(1 - kept * kept) * gaussian(random)
    value = Math.max(-3 * deviation, Math.min(3 * deviation, stepped))
    return value
  }
}

const DAY_MS = 86_400_000
// The city's day begins at midnight of UTC+8.
const CITY_ZONE_MS = 8 * 3_600_000

/** The share of the city's day that is over, 0 to below 1. */
const shareOfDay = (at: EpochMs): number =>
  ((((at + CITY_ZONE_MS) % DAY_MS) + DAY_MS) % DAY_MS) / DAY_MS

/** A day's wave from `low` to `high`, highest at `peakHour` in the city's time. */
export const diurnal =
  (low: number, high: number, peakHour: number): Signal =>
  (at) => {
    const wave = Math.cos(2 * Math.PI * (shareOfDay(at) - peakHour / 24))
    return low + ((high - low) * (1 + wave)) / 2
  }

/** Falls by `perDay` from `from`, never below `floor`, from the first time it is asked. */
export function draining(from: number, perDay: number, floor: number): Signal {
  let first: EpochMs | undefined
  return (at) => {
    first ??= at
    return Math.max(floor, from - (perDay * (at - first)) / DAY_MS)
  }
}
