import { booleanPointInPolygon } from '@turf/boolean-point-in-polygon'
import { point, polygon } from '@turf/helpers'
import fc from 'fast-check'
import Value from 'typebox/value'
import { describe, expect, test } from 'vitest'
import { findClass } from '#model/catalogue.ts'
import { NewDevice } from '#model/device.ts'
import { Part, partClass } from '#model/part.ts'
import { UnitGrid } from '#model/unit-grid.ts'
import { buildCity, type City } from '#simulator/world/city.ts'

const city = buildCity({ seed: '7', devices: 400 })
const ringOf = ({ geometry }: UnitGrid): number[][] => {
  if (geometry.type !== 'Polygon') throw new Error('the city draws polygons alone')
  return geometry.coordinates[0] as number[][]
}
const counts = (city: City): Record<string, number> => {
  const found: Record<string, number> = {}
  for (const { kind } of city.devices) found[kind] = (found[kind] ?? 0) + 1
  return found
}

describe('unit grids', () => {
  test('have codes of the norm, each once, and names in Chinese', () => {
    for (const grid of city.grids) expect(Value.Check(UnitGrid, grid)).toBe(true)
    expect(new Set(city.grids.map(({ code }) => code)).size).toBe(city.grids.length)
    expect(city.grids.every(({ code }) => code.startsWith('140802'))).toBe(true)
    expect(
      city.grids.every(
        ({ street, community }) => street.endsWith('街道') && community.endsWith('社区'),
      ),
    ).toBe(true)
  })

  test('share every inner edge with exactly one neighbour, in the other direction', () => {
    const edges = new Set<string>()
    for (const edge of city.grids.flatMap(edgesOf)) {
      expect(edges.has(edge)).toBe(false)
      edges.add(edge)
    }
    const outer = [...edges].filter((edge) => !edges.has(edge.split('>').reverse().join('>')))
    // The border of a rectangle of cells, no hole in it.
    const columns = city.plan.upright.length - 1
    const rows = city.plan.across.length - 1
    expect(outer).toHaveLength(2 * (columns + rows))
  })

  test('do not overlap: their areas add up to the area within the border', () => {
    const total = city.grids.reduce((sum, grid) => sum + signedArea(ringOf(grid)), 0)
    expect(total).toBeCloseTo(signedArea(border(city)), 10)
    for (const grid of city.grids) expect(signedArea(ringOf(grid))).toBeGreaterThan(0)
  })

  test('are about a hundred metres across', () => {
    const metres = 90_900 * 110_950
    for (const grid of city.grids) {
      const area = signedArea(ringOf(grid)) * metres
      expect(area).toBeGreaterThan(5_500)
      expect(area).toBeLessThan(16_500)
    }
  })

  test('are numbered west to east and then north to south inside a community', () => {
    const communities = Map.groupBy(city.grids, ({ code }) => code.slice(0, 12))
    for (const grids of communities.values()) {
      const ordered = grids.toSorted((a, b) => a.code.localeCompare(b.code))
      expect(ordered.map(({ code }) => Number(code.slice(12)))).toEqual(
        ordered.map((_, n) => n + 1),
      )
      for (let index = 1; index < ordered.length; index += 1) {
        const [before, here] = [northWest(ordered[index - 1]), northWest(ordered[index])]
        const sameRow = Math.abs(before.lat - here.lat) < 0.0004
        if (sameRow) expect(here.lon).toBeGreaterThan(before.lon)
        else expect(here.lat).toBeLessThan(before.lat)
      }
    }
  })
})

describe('parts and devices', () => {
  test('parts have classes of the catalogue, Chinese names and three departments', () => {
    expect(city.parts.length).toBeGreaterThan(300)
    expect(new Set(city.parts.map(({ id }) => id)).size).toBe(city.parts.length)
    for (const part of city.parts) {
      expect(Value.Check(Part, part)).toBe(true)
      const known = findClass('yuncheng', 'part', partClass(part.id))
      expect(known?.minorName).toBe(part.name)
      expect(part.supervisingDepartment).toMatch(/^运城市/)
      expect(part.owningDepartment && part.maintainingDepartment).toBeTruthy()
      expect(part.address).toMatch(/^盐湖区.+与.+交叉口以[东西南北]约\d+米路[东西南北]$/)
    }
  })

  test('a part lies in the very grid it names', () => {
    const grids = new Map(city.grids.map((grid) => [grid.code, grid]))
    for (const part of city.parts) {
      const grid = grids.get(part.gridCode ?? '')
      expect(grid).toBeDefined()
      const place = point([part.lon_deg ?? 0, part.lat_deg ?? 0])
      expect(booleanPointInPolygon(place, polygon([ringOf(grid as UnitGrid)]))).toBe(true)
    }
  })

  test('all kinds are there, the fixed ones each on a part of its own', () => {
    expect(counts(city)).toEqual({
      'manhole-cover': 200,
      'bin-sensor': 100,
      'pipe-gauge': 40,
      'refuse-truck': 32,
      'patrol-terminal': 28,
    })
    const partIds = new Set(city.parts.map(({ id }) => id))
    for (const device of city.devices) {
      expect(device.part === null || partIds.has(device.part.id)).toBe(true)
      expect(device.secret.length).toBeGreaterThanOrEqual(22)
      const { id, kind, label, group, secret } = device
      expect(Value.Check(NewDevice, { id, kind, label, group, secret })).toBe(true)
    }
    expect(new Set(city.devices.map(({ secret }) => secret)).size).toBe(400)
  })

  test('streets carry their real names', () => {
    const names = city.plan.across.concat(city.plan.upright).flatMap(({ names }) => names)
    for (const name of ['河东东街', '红旗西街', '解放北路', '禹都大道', '中银大道', '学苑路']) {
      expect(names).toContain(name)
    }
  })

  test('the same seed is the same city; another seed is another', () => {
    const again = buildCity({ seed: '7', devices: 400 })
    expect(JSON.stringify(again)).toBe(JSON.stringify(city))
    const other = buildCity({ seed: '8', devices: 400 })
    expect(other.parts[0]?.lon_deg).not.toBe(city.parts[0]?.lon_deg)
    expect(other.devices[0]?.secret).not.toBe(city.devices[0]?.secret)
  })

  test('a larger fleet has the devices of the smaller one unchanged', () => {
    const larger = new Map(
      buildCity({ seed: '7', devices: 2_000 }).devices.map((device) => [device.id, device]),
    )
    for (const { index: _, ...device } of city.devices)
      expect(larger.get(device.id)).toMatchObject(device)
  })

  test('any number of devices is shared out exactly, from five on with one of each kind', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), (devices) => {
        const found = counts(buildCity({ seed: 'x', devices }))
        expect(Object.values(found).reduce((a, b) => a + b, 0)).toBe(devices)
        expect(Object.keys(found)).toHaveLength(Math.min(5, devices))
      }),
      { numRuns: 12 },
    )
  })

  test('a city of a hundred thousand devices grows by numbered streets', () => {
    const large = buildCity({ seed: '7', devices: 60_000 })
    expect(large.grids.length).toBeGreaterThan(60_000 / 15)
    expect(large.plan.upright.at(-1)?.names[0]).toMatch(/^东经.+路$/)
  })

  test('a seed that cannot be part of a device id is refused', () => {
    expect(() => buildCity({ seed: '运城', devices: 5 })).toThrow(/seed must be/)
    expect(() => buildCity({ seed: 'x', devices: 0 })).toThrow(/from 1 to/)
  })
})

/** `lon,lat>lon,lat`, in the direction of the ring. */
const edgesOf = (grid: UnitGrid): string[] => {
  const corners = ringOf(grid).map((corner) => corner.join(','))
  return corners.slice(1).map((corner, index) => `${corners[index] ?? ''}>${corner}`)
}

// Twice the area would do as well; only equality and order of size matter.
function signedArea(ring: readonly number[][]): number {
  let sum = 0
  for (let index = 1; index < ring.length; index += 1) {
    const [x0 = 0, y0 = 0] = ring[index - 1] ?? []
    const [x1 = 0, y1 = 0] = ring[index] ?? []
    sum += x0 * y1 - x1 * y0
  }
  return sum / 2
}

function border({ grids }: City): number[][] {
  const starts = new Set(grids.flatMap(edgesOf))
  const next = new Map<string, string>()
  for (const edge of starts) {
    const [from = '', to = ''] = edge.split('>')
    if (!starts.has(`${to}>${from}`)) next.set(from, to)
  }
  const first = [...next.keys()][0] ?? ''
  const ring = [first]
  for (let at = next.get(first); at && at !== first; at = next.get(at)) ring.push(at)
  return [...ring, first].map((text) => text.split(',').map(Number))
}

function northWest(grid: UnitGrid | undefined): { lon: number; lat: number } {
  const [lon = 0, lat = 0] = grid ? (ringOf(grid)[0] ?? []) : []
  return { lon, lat }
}
