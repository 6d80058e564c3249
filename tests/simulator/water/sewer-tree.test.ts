import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { buildCity } from '#simulator/world/city.ts'
import { sewerPlace } from '#simulator/world/water/sewer-place.ts'
import { layOutSewers, type SewerTree } from '#simulator/world/water/sewer-tree.ts'

const seeds = fc.stringMatching(/^[a-z0-9]{1,8}$/)
const kinds = fc.constantFrom('foul' as const, 'storm' as const)
const at = (values: ArrayLike<number>, index: number): number => values[index] as number

const everyTree = (check: (tree: SewerTree) => void, numRuns = 40): void =>
  fc.assert(
    fc.property(seeds, kinds, (seed, kind) =>
      check(layOutSewers(buildCity({ seed, devices: 1 }), kind)),
    ),
    { numRuns },
  )

describe('a sewer tree', () => {
  test('leads every crossing to a neighbour and in the end out of the city', () => {
    everyTree((tree) => {
      for (let node = 0; node < tree.count; node += 1) {
        const below = at(tree.next, node)
        if (below < 0) continue
        const inRow = below === node + 1 && below % tree.columns !== 0
        expect(inRow || below === node + tree.columns).toBe(true)
        expect(below).toBeLessThan(tree.count)
      }
      expect(tree.next.some((below) => below < 0)).toBe(true)
    })
  })

  test('falls all the way, below the ground, and never into a narrower pipe', () => {
    everyTree((tree) => {
      for (let node = 0; node < tree.count; node += 1) {
        const slope =
          (at(tree.invert_m, node) - at(tree.endInvert_m, node)) / at(tree.length_m, node)
        expect(slope).toBeGreaterThan(0.001)
        expect(slope).toBeLessThan(0.02)
        const depth = at(tree.ground_m, node) - at(tree.invert_m, node)
        expect(depth).toBeGreaterThan(at(tree.diameter_m, node) + 1)
        expect(depth).toBeGreaterThan(2.6)
        expect(depth).toBeLessThan(8)
        const below = at(tree.next, node)
        if (below < 0) continue
        expect(at(tree.invert_m, below)).toBeLessThanOrEqual(at(tree.endInvert_m, node) + 1e-9)
        expect(at(tree.diameter_m, below)).toBeGreaterThanOrEqual(at(tree.diameter_m, node))
      }
    })
  })

  test('drains the area of the city once', () => {
    everyTree((tree) => {
      expect(tree.area_m2.every((area) => area > 1_000 && area < 20_000)).toBe(true)
    }, 5)
  })

  test('of the same seed is the same, of the other kind another', () => {
    const city = buildCity({ seed: '7', devices: 1 })
    expect(layOutSewers(city, 'foul')).toMatchObject({
      next: layOutSewers(city, 'foul').next,
      diameter_m: layOutSewers(city, 'foul').diameter_m,
    })
    expect(layOutSewers(city, 'foul').next).not.toEqual(layOutSewers(city, 'storm').next)
  })

  test('has a place for every cover and gauge', () => {
    const city = buildCity({ seed: '7', devices: 2_000 })
    const tree = layOutSewers(city, 'foul')
    for (const { spot } of city.devices) {
      if (!spot) continue
      const place = sewerPlace(tree, spot)
      expect(place.share).toBeGreaterThanOrEqual(0)
      expect(place.share).toBeLessThan(1)
      expect(place.ground_m).toBeGreaterThan(2.5)
      const ends = [spot.stretch.from, ...neighbours(spot.stretch.from)].map((crossing) =>
        tree.nodeAt(crossing),
      )
      expect(ends).toContain(place.node)
    }
  })
})

const neighbours = ({ column, row }: { column: number; row: number }) => [
  { column: column + 1, row },
  { column, row: row + 1 },
]
