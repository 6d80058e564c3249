import { describe, expect, test } from 'vitest'
import { epochMs, hours, minutes } from '#model/time.ts'
import { splitRandom } from '#simulator/random/random.ts'
import { clamped, constant, diurnal, type Signal, sum, wander } from '#simulator/signals/signal.ts'

const midnight = epochMs(Date.parse('2026-11-23T00:00:00+08:00'))
const asked = (signal: Signal, step: number, count: number): number[] =>
  Array.from({ length: count }, (_, n) => signal(epochMs(midnight + n * step)))

describe('what wanders', () => {
  const spread = (values: readonly number[]): number =>
    Math.sqrt(values.reduce((total, value) => total + value ** 2, 0) / values.length)

  test.each([hours(0.1), hours(1), hours(5)])(
    'spreads as wide as it is said to, asked every %d ms',
    (step) => {
      const values = asked(wander(splitRandom('s', step), 4, hours(1)), step, 40_000)
      expect(spread(values)).toBeGreaterThan(3.7)
      expect(spread(values)).toBeLessThan(4.2)
      expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(12)
    },
  )

  test('forgets all but 1/e in its memory', () => {
    const values = asked(wander(splitRandom('s'), 1, hours(1)), hours(1), 40_000)
    const products = values.slice(1).map((value, n) => value * (values[n] as number))
    const kept = products.reduce((a, b) => a + b, 0) / products.length / spread(values) ** 2
    expect(kept).toBeCloseTo(Math.exp(-1), 1)
  })

  test('stands still while no time passes', () => {
    const signal = wander(splitRandom('s'), 1, hours(1))
    expect(signal(midnight)).toBe(signal(midnight))
  })

  test('is its own, however many there are beside it', () => {
    const alone = asked(wander(splitRandom('s'), 1, hours(1)), minutes(1), 5)
    const many = Array.from({ length: 5_000 }, () => wander(splitRandom('s'), 1, hours(1)))
    const all = many.map((signal) => asked(signal, minutes(1), 5))
    for (const values of all) expect(values).toEqual(alone)
  })
})

test('the wave of a day is highest at its hour in the city, and lowest half a day away', () => {
  const wave = diurnal(-2, 10, 15)
  expect(wave(epochMs(midnight + hours(15)))).toBeCloseTo(10)
  expect(wave(epochMs(midnight + hours(3)))).toBeCloseTo(-2)
  expect(wave(epochMs(midnight + hours(15 + 24 * 30)))).toBeCloseTo(10)
  expect(wave(epochMs(hours(15 - 8) - hours(24)))).toBeCloseTo(10)
})

test('a sum is that of its parts, however many', () => {
  const parts = [1, 20, 300, 4_000].map(constant) as [Signal, Signal, Signal, Signal]
  const [one, two, three, four] = parts
  expect(sum(one)(midnight)).toBe(1)
  expect(sum(one, two)(midnight)).toBe(21)
  expect(sum(one, two, three)(midnight)).toBe(321)
  expect(sum(one, two, three, four)(midnight)).toBe(4_321)
  expect(clamped(sum(one, two), 0, 5)(midnight)).toBe(5)
})
