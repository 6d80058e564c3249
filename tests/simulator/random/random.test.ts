import { describe, expect, test } from 'vitest'
import { milliseconds } from '#model/time.ts'
import { drawSpan } from '#simulator/random/distribution.ts'
import {
  fraction,
  gaussian,
  integerBetween,
  pickWeighted,
  type Random,
  splitRandom,
} from '#simulator/random/random.ts'

const DRAWS = 200_000

function draws(draw: (random: Random) => number, label = 'draws'): number[] {
  const random = splitRandom('seed', label)
  return Array.from({ length: DRAWS }, () => draw(random))
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length
const shareOf = (values: readonly number[], holds: (value: number) => boolean): number =>
  values.filter(holds).length / values.length
const within = (share: number, expected: number): void => {
  // Five deviations of a share of so many draws.
  expect(Math.abs(share - expected)).toBeLessThan(
    5 * Math.sqrt((expected * (1 - expected)) / DRAWS),
  )
}

describe('a normal draw', () => {
  const values = draws(gaussian)

  // Of the standard normal distribution, to six digits.
  test.each([
    [-2.5, 0.00621],
    [-2, 0.02275],
    [-1, 0.158655],
    [-0.25, 0.401294],
    [0, 0.5],
    [0.5, 0.691462],
    [1.5, 0.933193],
    [2, 0.97725],
    [2.9, 0.998134],
  ])('lies below %d as often as it should', (bound, share) => {
    within(
      shareOf(values, (value) => value < bound),
      share,
    )
  })

  test('is cut at three deviations, and lies at the cut when it would lie beyond', () => {
    expect(Math.max(...values.slice(0, 100_000))).toBe(3)
    expect(Math.min(...values.slice(0, 100_000))).toBe(-3)
    within(
      shareOf(values, (value) => Math.abs(value) === 3),
      0.0027,
    )
  })

  test('knows nothing of the one before', () => {
    const products = values.slice(1).map((value, index) => value * (values[index] as number))
    expect(Math.abs(mean(products))).toBeLessThan(5 / Math.sqrt(DRAWS))
  })
})

describe('a fraction', () => {
  test('is as likely in every hundredth, from 0 to below 1', () => {
    const values = draws(fraction)
    const counts = new Map<number, number>()
    for (const value of values) {
      const part = Math.floor(value * 100)
      counts.set(part, (counts.get(part) ?? 0) + 1)
    }
    expect([...counts.keys()].every((part) => part >= 0 && part < 100)).toBe(true)
    for (const count of counts.values()) within(count / DRAWS, 0.01)
  })

  test('of neighbouring things has nothing in common', () => {
    const first = Array.from({ length: DRAWS / 10 }, (_, n) =>
      fraction(splitRandom('seed', 'device', n)),
    )
    expect(Math.abs(mean(first) - 0.5)).toBeLessThan(5 * Math.sqrt(1 / 12 / first.length))
    const products = first.slice(1).map((value, n) => (value - 0.5) * ((first[n] as number) - 0.5))
    expect(Math.abs(mean(products))).toBeLessThan(5 / 12 / Math.sqrt(first.length))
    expect(new Set(first).size).toBeGreaterThan(0.9999 * first.length)
  })

  test('is the same for the same labels alone', () => {
    const first = (...labels: (string | number)[]): number => fraction(splitRandom('s', ...labels))
    expect(first('cover', 17)).toBe(first('cover', '17'))
    const others = [first('cover', 1, 7), first('cover', 71), first('cover1', 7), first('cover17')]
    expect(new Set([...others, first('cover', 17)]).size).toBe(5)
    expect(fraction(splitRandom('s', 'cover'))).not.toBe(fraction(splitRandom('scover')))
  })
})

test('whole numbers come equally often, both ends included', () => {
  const values = draws((random) => integerBetween(random, -2, 4))
  expect(new Set(values)).toEqual(new Set([-2, -1, 0, 1, 2, 3, 4]))
  for (let n = -2; n <= 4; n += 1)
    within(
      shareOf(values, (value) => value === n),
      1 / 7,
    )
})

test('what weighs twice as much is picked twice as often', () => {
  const items = [{ weight: 1 }, { weight: 2 }, { weight: 1 }]
  const values = draws((random) => items.indexOf(pickWeighted(random, items)))
  within(
    shareOf(values, (value) => value === 1),
    0.5,
  )
})

describe('a span', () => {
  test('without memory has its mean, and passes it as often as it should', () => {
    const values = draws((random) => drawSpan(random, { exponential: milliseconds(60_000) }))
    expect(mean(values) / 60_000).toBeCloseTo(1, 1)
    within(
      shareOf(values, (value) => value > 60_000),
      Math.exp(-1),
    )
  })

  test('by its median lies above as often as below, two thirds of all within the factor', () => {
    const lognormal = { median: milliseconds(10_000), spread: 3 }
    const values = draws((random) => drawSpan(random, { lognormal }))
    within(
      shareOf(values, (value) => value > 10_000),
      0.5,
    )
    within(
      shareOf(values, (value) => value > 10_000 / 3 && value < 30_000),
      0.682689,
    )
  })
})
