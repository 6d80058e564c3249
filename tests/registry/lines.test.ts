import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CityLine } from '#model/city-line.ts'
import { WHOLE_CITY } from '#model/principal.ts'
import { distanceToPath_m, type Path, simplified } from '#store/lines/paths.ts'
import { openRegistry, rowsOf, square, type TestRegistry } from './registry-fixture.ts'

let registry: TestRegistry
beforeAll(async () => {
  registry = await openRegistry()
})
afterAll(() => registry.close())

const eastward = (lat: number, from: number, to: number, steps = 1): number[][] =>
  Array.from({ length: steps + 1 }, (_, step) => [from + ((to - from) * step) / steps, lat])

const line = (id: string, more: Partial<CityLine> = {}): CityLine => ({
  id,
  class: 'sewer',
  geometry: { type: 'LineString', coordinates: eastward(35.005, 111, 111.01) },
  ...more,
})

const CITY = [110.9, 34.9, 111.2, 35.1] as const
const look = (zoom: number, scope = WHOLE_CITY) =>
  registry.linesOnMap.look({ box: CITY, zoom, scope })
const idsAt = async (zoom: number, scope = WHOLE_CITY): Promise<string[]> =>
  (await look(zoom, scope)).lines.map(({ id }) => id).toSorted()

test('a line is put in the place of the one of its id, shown and removed', async () => {
  const { lines } = registry
  expect(await lines.put(line('WS-1', { name: 'one', diameter_mm: 300 }))).toBe(true)
  expect(await lines.put(line('WS-1', { name: 'two' }))).toBe(false)
  const { line: shown } = await lines.get('WS-1')
  expect(shown).toMatchObject({ name: 'two', diameter_mm: null, class: 'sewer' })
  expect(shown.length_m).toBeCloseTo(911, -1)
  await lines.remove('WS-1')
  await expect(lines.get('WS-1')).rejects.toMatchObject({ code: 'not-found' })
  await expect(lines.remove('WS-1')).rejects.toMatchObject({ code: 'not-found' })
})

test('rows of a file change what they say and leave the rest, and the others are refused', async () => {
  const { imports, lines, linesOnMap } = registry
  await lines.put(line('WS-2', { name: 'sewer', diameter_mm: 1_200 }))
  const before = linesOnMap.revision()
  const flat = { type: 'LineString', coordinates: [CITY.slice(0, 2), CITY.slice(0, 2)] }
  const swapped = { type: 'LineString', coordinates: eastward(111, 35, 35.1) }
  const long = { type: 'LineString', coordinates: eastward(35, 111, 111.1, 5_000) }
  const report = await imports.lines(
    rowsOf([
      { ...line('WS-2'), name: 'changed' },
      { ...line('WS-3'), class: 'river' },
      { ...line('WS-4'), geometry: flat },
      { ...line('WS-5'), geometry: swapped },
      { ...line('WS-6'), geometry: long },
      { id: 'WS-7', class: 'sewer', geometry: { type: 'Point', coordinates: [111, 35] } },
      { ...line('WS-2') },
    ]),
    'partial',
  )
  expect(report).toMatchObject({ committed: true, accepted: 1, rejected: 6 })
  expect(report.rows.map(({ reasons }) => reasons[0]?.code)).toEqual([
    'bad-value',
    'line-flat',
    'place-swapped',
    'too-many-positions',
    'bad-value',
    'duplicate',
  ])
  expect((await lines.get('WS-2')).line).toMatchObject({ name: 'changed', diameter_mm: 1_200 })
  // So wide a pipe is still seen from far.
  expect(await idsAt(13)).toEqual(['WS-2'])
  expect(linesOnMap.revision()).not.toBe(before)
  await lines.remove('WS-2')
})

describe('a map', () => {
  beforeAll(async () => {
    const { lines, grids, devices } = registry
    await grids.create(square('140802001001001', 11_100, 3_500))
    await grids.create(square('140803001001001', 11_101, 3_500))
    const at = { lon_deg: 111.005, lat_deg: 35.00505 }
    await devices.create({ id: 'gauge', kind: 'pipe-gauge', ...at })
    const both = { type: 'LineString' as const, coordinates: eastward(35.005, 111, 111.02, 8) }
    await lines.put(line('main-road', { class: 'arterial', geometry: both }))
    await lines.put(line('back-lane', { class: 'lane' }))
    await lines.put(line('wide', { diameter_mm: 1_500, geometry: both, group: 'drains' }))
    await lines.put(line('narrow', { diameter_mm: 200 }))
    const tiny = { type: 'LineString' as const, coordinates: eastward(35.006, 111, 111.00001) }
    await lines.put(line('tiny', { class: 'arterial', geometry: tiny }))
  })

  test('shows main roads from far, and everything from near', async () => {
    expect(await idsAt(10)).toEqual(['main-road'])
    expect(await idsAt(13)).toEqual(['main-road', 'wide'])
    expect(await idsAt(14)).toEqual(['back-lane', 'main-road', 'wide'])
    expect(await idsAt(15)).toEqual(['back-lane', 'main-road', 'narrow', 'wide'])
    expect(await idsAt(19)).toContain('tiny')
  })

  test('draws a straight street by its ends', async () => {
    const { lines } = await look(15)
    expect(lines.find(({ id }) => id === 'main-road')?.paths).toEqual([
      [
        [111, 35.005],
        [111.02, 35.005],
      ],
    ])
  })

  test('of an account in some areas shows pipes as far as they lie there, and every street', async () => {
    const scope = { ...WHOLE_CITY, areas: ['140802'] }
    const { lines } = await look(15, scope)
    expect(lines.map(({ id }) => id).toSorted()).toEqual([
      'back-lane',
      'main-road',
      'narrow',
      'wide',
    ])
    const ends = (id: string) => lines.find((each) => each.id === id)?.paths[0]?.at(-1)
    expect(ends('main-road')).toEqual([111.02, 35.005])
    expect(ends('wide')).toEqual([111.01, 35.005])
    expect(await idsAt(15, { ...WHOLE_CITY, areas: ['140899'] })).toEqual([
      'back-lane',
      'main-road',
    ])
    expect(await idsAt(15, { ...WHOLE_CITY, areas: [] })).toEqual(['back-lane', 'main-road'])
  })

  test('of an account in some networks shows their pipes, and every street', async () => {
    const scope = { ...WHOLE_CITY, networks: ['drains'] }
    expect(await idsAt(15, scope)).toEqual(['back-lane', 'main-road', 'wide'])
    await expect(registry.lines.get('narrow', scope)).rejects.toMatchObject({ code: 'not-found' })
  })

  test('tells which devices stand on a pipe, as far as they are seen', async () => {
    const { beside } = await registry.lines.get('wide')
    expect(beside.map(({ device }) => device.id)).toEqual(['gauge'])
    expect(beside[0]?.distance_m).toBeCloseTo(5.6, 0)
    const elsewhere = { ...WHOLE_CITY, networks: ['drains'] }
    expect((await registry.lines.get('wide', elsewhere)).beside).toEqual([])
  })

  test('gets no more than it can draw', async () => {
    const ids = Array.from({ length: 3_200 }, (_, index) => `many-${index}`)
    await registry.imports.lines(rowsOf(ids.map((id) => ({ ...line(id) }))), 'whole')
    const { complete, lines } = await look(15)
    expect(complete).toBe(false)
    expect(lines).toHaveLength(3_000)
    // The greatest are among them.
    expect(lines.map(({ id }) => id)).toEqual(expect.arrayContaining(['main-road', 'wide']))
  })
})

test('what is left out of a path lies no farther from it than the tolerance', () => {
  const position = fc.tuple(
    fc.double({ min: 111, max: 111.01, noNaN: true }),
    fc.double({ min: 35, max: 35.01, noNaN: true }),
  )
  fc.assert(
    fc.property(fc.array(position, { minLength: 2, maxLength: 60 }), (path: Path) => {
      const kept = simplified(path, 0.001)
      expect([kept[0], kept.at(-1)]).toEqual([path[0], path.at(-1)])
      for (const [lon_deg = 0, lat_deg = 0] of path) {
        expect(distanceToPath_m({ lon_deg, lat_deg }, kept)).toBeLessThan(112)
      }
    }),
  )
})
