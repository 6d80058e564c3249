import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus'
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator'

/**
 * A stream of randomness that depends on nothing but the seed and the labels it was split by.
 * Every device has its own, so that adding one device changes nothing about the others.
 */
export type Random = RandomGenerator

/**
 * The stream of one thing, such as `splitRandom(seed, 'cover', 17)`. Streams of different labels
 * are unrelated, whatever the order in which they are made.
 */
export function splitRandom(seed: string, ...labels: readonly (string | number)[]): Random {
  return xoroshiro128plusFromState(hash128([seed, ...labels].join('\u0000')))
}

/** From 0 (included) to 1 (excluded). */
export const fraction = (random: Random): number => uniformFloat64(random)

export const between = (random: Random, min: number, max: number): number =>
  min + fraction(random) * (max - min)

/** Both ends included. */
export const integerBetween = (random: Random, min: number, max: number): number =>
  uniformInt(random, min, max)

export const chance = (random: Random, probability: number): boolean =>
  fraction(random) < probability

export function pick<Item>(random: Random, items: readonly Item[]): Item {
  return items[integerBetween(random, 0, items.length - 1)] as Item
}

/** Picks by weight: an item of weight 2 comes twice as often as one of weight 1. */
export function pickWeighted<Item extends { readonly weight: number }>(
  random: Random,
  items: readonly Item[],
): Item {
  const total = items.reduce((sum, item) => sum + item.weight, 0)
  let left = fraction(random) * total
  for (const item of items) {
    left -= item.weight
    if (left < 0) return item
  }
  return items.at(-1) as Item
}

const REACH = 3

/**
 * Standard normal, cut at three deviations: what lies further out is a fault, and faults are put
 * in on purpose and written down.
 */
export function gaussian(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - fraction(random)))
  const value = radius * Math.cos(2 * Math.PI * fraction(random))
  return Math.max(-REACH, Math.min(REACH, value))
}

// Four rounds of the 32-bit finalizer of MurmurHash3 over a running state: enough to set the seeds
// of neighbouring devices far apart, which xoroshiro needs and does not do by itself.
function hash128(text: string): number[] {
  let [a, b, c, d] = [0x9e3779b9, 0x243f6a88, 0xb7e15162, 0xdeadbeef]
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index)
    a = mix(a ^ unit ^ d)
    b = mix(b + a)
    c = mix(c ^ b)
    d = mix(d + c)
  }
  return [a, b, c, d | 1]
}

function mix(value: number): number {
  let mixed = value | 0
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}
