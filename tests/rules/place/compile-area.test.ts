import { booleanPointInPolygon } from '@turf/boolean-point-in-polygon'
import { distance } from '@turf/distance'
import { pointToLineDistance } from '@turf/point-to-line-distance'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { AreaGeometry, Position } from '#model/area.ts'
import { compileArea, NEAR_M } from '#rules/place/compile-area.ts'

/** A star-shaped ring about a middle: radii in degrees, at even angles. */
const ringAbout = ([lon, lat]: readonly [number, number], radii: readonly number[]): Position[] => {
  const ring = radii.map((radius, index): Position => {
    const angle = (2 * Math.PI * index) / radii.length
    return [lon + radius * Math.cos(angle), lat + radius * Math.sin(angle)]
  })
  return [...ring, ring[0] as Position]
}

const middle = fc.tuple(
  fc.double({ min: 73, max: 135, noNaN: true }),
  fc.double({ min: 4, max: 53, noNaN: true }),
)
const radii = fc.array(fc.double({ min: 0.004, max: 0.02, noNaN: true }), {
  minLength: 5,
  maxLength: 90,
})
const offset = fc.tuple(
  fc.double({ min: -0.03, max: 0.03, noNaN: true }),
  fc.double({ min: -0.03, max: 0.03, noNaN: true }),
)

/** Distance to an outline by the great circle. */
const turfDistance = (point: Position, paths: readonly (readonly Position[])[]): number =>
  Math.min(
    ...paths.map((path) =>
      pointToLineDistance(
        [...point],
        { type: 'LineString', coordinates: path.map((each) => [...each]) },
        { units: 'meters' },
      ),
    ),
  )

test('inside and outside, and how far, are what turf says, with holes and second parts', () => {
  fc.assert(
    fc.property(middle, radii, radii, offset, (centre, outer, hole, [dx, dy]) => {
      const rings = [
        ringAbout(centre, outer),
        ringAbout(
          centre,
          hole.map((radius) => radius / 6),
        ),
      ]
      const second = [ringAbout([centre[0] + 0.05, centre[1]], outer)]
      const coordinates = [rings, second]
      const point: Position = [centre[0] + dx, centre[1] + dy]
      const depth = compileArea({ type: 'MultiPolygon', coordinates }).depth_m(
        point[0] as number,
        point[1] as number,
      )
      const inside = booleanPointInPolygon([...point], {
        type: 'MultiPolygon',
        coordinates: coordinates.map((part) => part.map((ring) => ring.map((each) => [...each]))),
      })
      const metres = turfDistance(point, [...rings, ...second])
      if (metres > 0.01) expect(depth > 0).toBe(inside)
      if (depth > -NEAR_M)
        expect(Math.abs(Math.abs(depth) - metres)).toBeLessThan(0.05 + metres / 2_000)
      else expect(-depth).toBeLessThanOrEqual(metres * 1.001)
    }),
    { numRuns: 2_000 },
  )
})

test('a corridor reaches as far from its line as it is wide', () => {
  fc.assert(
    fc.property(
      middle,
      radii,
      offset,
      fc.integer({ min: 5, max: 400 }),
      (centre, way, [dx, dy], width) => {
        const line = ringAbout(centre, way).slice(0, -1)
        const point: Position = [centre[0] + dx, centre[1] + dy]
        const area = compileArea({ type: 'LineString', coordinates: line }, width)
        const depth = area.depth_m(point[0] as number, point[1] as number)
        const metres = turfDistance(point, [line])
        if (depth > -NEAR_M)
          expect(Math.abs(width - depth - metres)).toBeLessThan(0.05 + metres / 2_000)
        else expect(width - depth).toBeLessThanOrEqual(metres * 1.001)
      },
    ),
    { numRuns: 1_000 },
  )
})

const SQUARE: AreaGeometry = {
  type: 'Polygon',
  coordinates: [
    [
      [111, 35],
      [111.01, 35],
      [111.01, 35.01],
      [111, 35.01],
      [111, 35],
    ],
  ],
}

test('the depth of a place a hundred metres within a fence is a hundred metres', () => {
  const area = compileArea(SQUARE)
  const within = 100 / distance([111, 35], [111, 36], { units: 'meters' })
  expect(area.depth_m(111.005, 35 + within)).toBeCloseTo(100, 3)
  expect(area.depth_m(111.005, 35 - within)).toBeCloseTo(-100, 3)
})

test('a way meets an outline where it goes in, and not where it passes by', () => {
  const area = compileArea(SQUARE)
  expect(area.meets(110.99, 35.005, 111.02, 35.005)).toBe(true)
  expect(area.meets(110.99, 35.005, 111.005, 35.005)).toBe(true)
  expect(area.meets(111.002, 35.002, 111.008, 35.008)).toBe(false)
  expect(area.meets(110.99, 35.0, 110.99, 35.02)).toBe(false)
  expect(area.meets(110.99, 35.011, 111.02, 35.0101)).toBe(false)
})

test('an outline of many edges is met and measured as one of few', () => {
  fc.assert(
    fc.property(middle, offset, offset, (centre, [ax, ay], [bx, by]) => {
      const many = ringAbout(
        centre,
        Array.from({ length: 3_000 }, () => 0.01),
      )
      const parts = [many.slice(0, 1_500), many.slice(1_499)]
      const whole = compileArea({ type: 'LineString', coordinates: many })
      const cut = parts.map((coordinates) => compileArea({ type: 'LineString', coordinates }))
      const way = [centre[0] + ax, centre[1] + ay, centre[0] + bx, centre[1] + by] as const
      expect(whole.meets(...way)).toBe(cut.some((part) => part.meets(...way)))
      const depth = whole.depth_m(way[0], way[1])
      if (depth > -NEAR_M) {
        expect(depth).toBe(Math.max(...cut.map((part) => part.depth_m(way[0], way[1]))))
      }
    }),
    { numRuns: 200 },
  )
})
