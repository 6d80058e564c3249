import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus'
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator'
import { density, EDGES, LAYERS } from './ziggurat.ts'

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
  const state: State = { a: 0x9e3779b9, b: 0x243f6a88, c: 0xb7e15162, d: 0xdeadbeef }
  stir(state, seed)
  for (const label of labels) stir(state, typeof label === 'string' ? label : String(label))
  const { a, b, c, d } = state
  return xoroshiro128plusFromState([mix(a ^ c), mix(b + d), mix(c ^ b), mix(d + a) | 1])
}

const PER_DRAW = 2 ** -32

/** From 0 (included) to 1 (excluded), in 2^32 steps: all that one draw of the generator gives. */
export const fraction = (random: Random): number => (random.next() >>> 0) * PER_DRAW

export const between = (random: Random, min: number, max: number): number =>
  min + fraction(random) * (max - min)

/** Both ends included. Below a million of them, none comes a thousandth oftener than another. */
export const integerBetween = (random: Random, min: number, max: number): number =>
  min + Math.floor(fraction(random) * (max - min + 1))

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
// The ziggurat's layer is the lowest 7 bits of a draw, the rest how far out in that layer.
const MAGNITUDE = 2 ** 24
const WIDTHS = EDGES.map((edge) => edge / MAGNITUDE)
/** Draws below it lie under the curve for sure: they are within the next higher layer. */
const SURE = EDGES.map((edge, layer) => Math.floor(((EDGES[layer + 1] ?? 0) / edge) * MAGNITUDE))

/**
 * Standard normal, cut at three deviations: what lies further out is a fault, and faults are put
 * in on purpose and written down.
 */
export function gaussian(random: Random): number {
  for (;;) {
    const bits = random.next() | 0
    const layer = bits & (LAYERS - 1)
    const draw = bits >> 7
    const x = draw * (WIDTHS[layer] as number)
    if (Math.abs(draw) < (SURE[layer] as number) || underCurve(random, layer, x)) {
      return x > REACH ? REACH : x < -REACH ? -REACH : x
    }
  }
}

function underCurve(random: Random, layer: number, x: number): boolean {
  // Beside the lowest layer lies the tail, and all of it is cut.
  if (layer === 0) return true
  const low = density(EDGES[layer] as number)
  const high = density(EDGES[layer + 1] as number)
  return low + fraction(random) * (high - low) < density(x)
}

interface State {
  a: number
  b: number
  c: number
  d: number
}

// Every character changes all four words; the end of a text counts as one more. Then the 32-bit
// finalizer of MurmurHash3 sets neighbouring labels far apart, which xoroshiro needs and does not
// do by itself.
function stir(state: State, text: string): void {
  let { a, b, c, d } = state
  for (let index = 0; index <= text.length; index += 1) {
    const unit = index < text.length ? text.charCodeAt(index) : 0
    a = b ^ Math.imul(a ^ unit, 0x239b961b)
    b = c ^ Math.imul(b ^ unit, 0xab0e9789)
    c = d ^ Math.imul(c ^ unit, 0x38b34ae5)
    d = a ^ Math.imul(d ^ unit, 0xa1e38b93)
  }
  state.a = a
  state.b = b
  state.c = c
  state.d = d
}

function mix(value: number): number {
  let mixed = value | 0
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}
