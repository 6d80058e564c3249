import { afterAll, beforeAll, expect, test } from 'vitest'
import { AREA_POSITIONS_MAX, type Area, type AreaGeometry } from '#model/area.ts'
import { silentLogger } from '#runtime/logger.ts'
import { AreaDirectory } from '#store/registry/area-directory.ts'
import { checkArea } from '#store/registry/area-registry.ts'
import { openRegistry, rowsOf, type TestRegistry } from './registry-fixture.ts'

let registry: TestRegistry
beforeAll(async () => {
  registry = await openRegistry()
})
afterAll(() => registry.close())

const area = (id: string, geometry: AreaGeometry): Area => ({
  id,
  title: { en: 'the depot', zh: '停车场' },
  geometry,
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
const LINE: AreaGeometry = {
  type: 'LineString',
  coordinates: [
    [111, 35],
    [111.02, 35.01],
  ],
}

test('an area is added, changed and removed, and whoever listens hears of it', async () => {
  const { areas, areaDirectory } = registry
  const heard: (readonly [string, string | undefined, string | undefined])[] = []
  const stop = areaDirectory.onChange((id, before) => {
    heard.push([id, before?.geometry.type, areaDirectory.areas.get(id)?.geometry.type])
  })
  expect(await areas.put(area('depot', SQUARE))).toBe(true)
  expect(await areas.put(area('depot', SQUARE))).toBe(false)
  expect(await areas.put(area('depot', LINE))).toBe(false)
  expect(await areas.get('depot')).toEqual(area('depot', LINE))
  await areas.remove('depot')
  expect(heard).toEqual([
    ['depot', undefined, 'Polygon'],
    ['depot', 'Polygon', 'LineString'],
    ['depot', 'LineString', undefined],
  ])
  stop()
  await expect(areas.get('depot')).rejects.toMatchObject({ code: 'not-found' })
  await expect(areas.remove('depot')).rejects.toMatchObject({ code: 'not-found' })
})

test('an area that somebody names stays', async () => {
  const { areas, named } = registry
  await areas.put(area('yard', SQUARE))
  named.set('yard', 'the rule truck-out-of-area')
  await expect(areas.remove('yard')).rejects.toMatchObject({
    code: 'conflict',
    message: 'the rule truck-out-of-area names the area yard',
  })
  named.delete('yard')
  await areas.remove('yard')
})

test('areas are there after a start, and are listed by id, page by page', async () => {
  const { areas, pool } = registry
  for (const id of ['c', 'a', 'b']) await areas.put(area(id, SQUARE))
  const directory = await AreaDirectory.open(pool, silentLogger)
  expect([...directory.areas.keys()]).toEqual(['a', 'b', 'c'])
  expect(directory.areas.get('b')).toEqual(area('b', SQUARE))
  const first = await areas.list({ limit: 2 })
  expect(first.items.map(({ id }) => id)).toEqual(['a', 'b'])
  const second = await areas.list({ limit: 2, after: first.next ?? '' })
  expect(second.items.map(({ id }) => id)).toEqual(['c'])
  expect(second.next).toBeNull()
})

const ring = SQUARE.coordinates[0] as readonly (readonly number[])[]
const long: AreaGeometry = {
  type: 'MultiLineString',
  coordinates: Array.from({ length: 2 }, () =>
    Array.from({ length: AREA_POSITIONS_MAX / 2 + 1 }, (_, index) => [111 + index / 1e5, 35]),
  ),
}
const FAULTS: readonly (readonly [string, unknown, readonly string[]])[] = [
  ['an open ring', { type: 'Polygon', coordinates: [ring.slice(0, 4)] }, ['ring-unclosed']],
  [
    'a ring that crosses itself',
    { type: 'MultiPolygon', coordinates: [[[ring[0], ring[2], ring[1], ring[3], ring[0]]]] },
    ['ring-crossing'],
  ],
  [
    'swapped coordinates',
    {
      type: 'LineString',
      coordinates: [
        [35, 111],
        [35.01, 111],
      ],
    },
    ['place-swapped'],
  ],
  [
    'a line without length',
    {
      type: 'LineString',
      coordinates: [
        [111, 35],
        [111, 35],
      ],
    },
    ['line-flat'],
  ],
  ['more positions than may be', long, ['too-many-positions']],
  ['a point', { type: 'Point', coordinates: [111, 35] }, ['bad-value']],
  ['a line of one position', { type: 'LineString', coordinates: [[111, 35]] }, ['bad-value']],
]

test.each(FAULTS)('%s is no geometry of an area', async (_, geometry, codes) => {
  const given = area('bad', geometry as AreaGeometry)
  expect(checkArea({ ...given }).map(({ code }) => code)).toEqual(codes)
  await expect(registry.areas.put(given)).rejects.toMatchObject({ code: 'invalid-input' })
  expect(registry.areaDirectory.areas.has('bad')).toBe(false)
})

test('a file of areas is kept whole or not at all', async () => {
  const { imports, areaDirectory } = registry
  const [good, other] = [area('north', SQUARE), area('route-1', LINE)]
  const bad = { ...area('No Such Id', SQUARE) }
  const refused = await imports.areas(rowsOf([{ ...good }, bad]), 'whole')
  expect(refused).toMatchObject({ committed: false, accepted: 1, rejected: 1 })
  expect(areaDirectory.areas.has('north')).toBe(false)
  const kept = await imports.areas(rowsOf([{ ...good }, { ...other }]), 'whole')
  expect(kept).toMatchObject({ committed: true, accepted: 2 })
  expect(areaDirectory.areas.get('route-1')).toEqual(other)
})
