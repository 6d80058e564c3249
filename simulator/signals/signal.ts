import type { DurationMs, EpochMs } from '#model/time.ts'
import { between, gaussian, type Random } from '#simulator/random/random.ts'
import { takeCells } from './cells.ts'

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

export function sum(first: Signal, ...others: readonly Signal[]): Signal {
  const [second, third] = others
  if (second && others.length === 1) return (at) => first(at) + second(at)
  if (second && third && others.length === 2) return (at) => first(at) + second(at) + third(at)
  return (at) => others.reduce((total, signal) => total + signal(at), first(at))
}

export const clamped =
  (signal: Signal, min: number, max: number): Signal =>
  (at) =>
    Math.max(min, Math.min(max, signal(at)))

// Its numbers lie side by side, and beside those of its device's other signals: with a hundred
// thousand devices, fetching them one by one takes longer than all arithmetic.
const WANDER_CELLS = 4

/**
 * Wanders around 0 and is drawn back to it (Ornstein–Uhlenbeck, exact for steps of any length),
 * never further than three deviations. `memory` is how long it takes to forget all but 1/e.
 */
export function wander(random: Random, deviation: number, memory: DurationMs): Signal {
  const { numbers, from } = takeCells(WANDER_CELLS)
  const [value, last, own, forget] = [from, from + 1, from + 2, from + 3]
  numbers[value] = deviation * gaussian(random)
  numbers[last] = Infinity
  numbers[own] = deviation
  numbers[forget] = -1 / memory
  return (at) => {
    const passed = Math.max(0, at - (numbers[last] as number))
    const kept = Math.exp(passed * (numbers[forget] as number))
    const deviation = numbers[own] as number
    const fresh = Math.sqrt(1 - kept * kept) * gaussian(random)
    const stepped = (numbers[value] as number) * kept + deviation * fresh
    const reach = 3 * deviation
    const held = stepped > reach ? reach : stepped < -reach ? -reach : stepped
    numbers[value] = held
    numbers[last] = at
    return held
  }
}

const DAY_MS = 86_400_000
// The city's day begins at midnight of UTC+8.
const CITY_ZONE_MS = 8 * 3_600_000

/** The share of the city's day that is over, 0 to below 1. */
function shareOfDay(at: EpochMs): number {
  const days = (at + CITY_ZONE_MS) / DAY_MS
  return days - Math.floor(days)
}

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
