import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { UnitGrid } from '#model/unit-grid.ts'
import { buildGridIndex } from '#rules/grid-index.ts'

type Point = [number, number]

function grid(serial: number, ring: Point[]): UnitGrid {
  const [first] = ring
  return {
    code: `140802001001${String(serial).padStart(3, '0')}`,
    district: '盐湖区',
    street: '中城街道',
    community: '河东社区',
    geometry: { type: 'Polygon', coordinates: [[...ring, first as Point]] },
  }
}

/** A 4 × 4 mesh whose inner corners are moved about, so that edges are slanted and shared. */
function mesh(shift: (x: number, y: number) => Point): UnitGrid[] {
  const corners = Array.from({ length: 25 }, (_, index): Point => {
    const [x, y] = [index % 5, Math.floor(index / 5)]
    const inside = x > 0 && x < 4 && y > 0 && y < 4
    const [dx, dy] = inside ? shift(x, y) : [0, 0]
    return [111 + (x + dx) * 0.001, 35 + (y + dy) * 0.001]
  })
  const corner = (x: number, y: number): Point => corners[y * 5 + x] as Point
  return Array.from({ length: 16 }, (_, index) => {
    const [x, y] = [index % 4, Math.floor(index / 4)]
    return grid(index, [corner(x, y), corner(x + 1, y), corner(x + 1, y + 1), corner(x, y + 1)])
  })
}

const wobble = fc.array(
  fc.tuple(fc.integer({ min: -300, max: 300 }), fc.integer({ min: -300, max: 300 })),
  {
    minLength: 25,
    maxLength: 25,
  },
)

test('every point of a mesh, edges and corners included, belongs to exactly one grid', () => {
  fc.assert(
    fc.property(
      wobble,
      fc.nat(15),
      fc.nat(3),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (noise, cell, side, along) => {
        const grids = mesh((x, y) => {
          const [dx, dy] = noise[y * 5 + x] as Point
          return [dx / 1_000, dy / 1_000]
        })
        const ring = (grids[cell] as UnitGrid).geometry.coordinates[0] as Point[]
        const [a, b] = [ring[side] as Point, ring[side + 1] as Point]
        const point = {
          lon_deg: a[0] + (b[0] - a[0]) * along,
          lat_deg: a[1] + (b[1] - a[1]) * along,
        }
        const forwards = buildGridIndex(grids).locate(point)
        const backwards = buildGridIndex([...grids].reverse()).locate(point)
        expect(forwards?.code).toBe(backwards?.code)
        const inside =
          point.lon_deg > 111 &&
          point.lon_deg < 111.004 &&
          point.lat_deg > 35 &&
          point.lat_deg < 35.004
        if (inside) expect(forwards).toBeDefined()
      },
    ),
    { numRuns: 2_000 },
  )
})

test('a shared corner belongs to the grid with the lowest code', () => {
  const index = buildGridIndex(mesh(() => [0, 0]))
  expect(index.locate({ lon_deg: 111.001, lat_deg: 35.001 })?.code).toBe('140802001001000')
})

test('a point in no grid says so, also when there are no grids', () => {
  expect(buildGridIndex(mesh(() => [0, 0])).locate({ lon_deg: 112, lat_deg: 35 })).toBeUndefined()
  expect(buildGridIndex([]).locate({ lon_deg: 111, lat_deg: 35 })).toBeUndefined()
})

test('a hole and a second part of a grid are respected', () => {
  const square = (west: number, south: number, size: number): Point[] => [
    [west, south],
    [west + size, south],
    [west + size, south + size],
    [west, south + size],
    [west, south],
  ]
  const split: UnitGrid = {
    ...grid(0, []),
    geometry: {
      type: 'MultiPolygon',
      coordinates: [[square(0, 0, 10), square(4, 4, 2)], [square(20, 0, 1)]],
    },
  }
  const index = buildGridIndex([split])
  expect(index.locate({ lon_deg: 1, lat_deg: 1 })).toBeDefined()
  expect(index.locate({ lon_deg: 5, lat_deg: 5 })).toBeUndefined()
  expect(index.locate({ lon_deg: 20.5, lat_deg: 0.5 })).toBeDefined()
})
