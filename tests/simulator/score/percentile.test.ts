import fc from 'fast-check'
import { expect, test } from 'vitest'
import { percentile } from '#simulator/score/percentile.ts'

test.each<[number[], number, number | null]>([
  [[], 0.5, null],
  [[7], 0.5, 7],
  [[7], 0.95, 7],
  [[4, 1, 3, 2], 0.5, 2],
  [[1, 2, 3], 0.5, 2],
  [Array.from({ length: 20 }, (_, n) => n + 1), 0.95, 19],
  [Array.from({ length: 100 }, (_, n) => 100 - n), 0.95, 95],
  [[5, 1], 0, 1],
  [[5, 1], 1, 5],
])('of %j the %d is %j', (values, share, expected) => {
  expect(percentile(values, share)).toBe(expected)
})

test('it is the smallest of the values that so many do not exceed', () => {
  const values = fc.array(fc.integer(), { minLength: 1 })
  fc.assert(
    fc.property(values, fc.double({ min: 0.01, max: 1, noNaN: true }), (all, share) => {
      const found = percentile(all, share) as number
      const notAbove = (limit: number): number => all.filter((value) => value <= limit).length
      expect(notAbove(found)).toBeGreaterThanOrEqual(share * all.length - 1e-9)
      const below = all.filter((value) => value < found)
      if (below.length > 0) {
        expect(notAbove(Math.max(...below))).toBeLessThan(share * all.length)
      }
    }),
  )
})
