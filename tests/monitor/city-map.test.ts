import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Box, isInBox } from '#model/box.ts'
import type { Device } from '#model/device.ts'
import { Unavailable } from '#model/error.ts'
import { WHOLE_CITY } from '#model/principal.ts'
import type { Severity } from '#model/rule.ts'
import { epochMs } from '#model/time.ts'
import { CityMap } from '#monitor/map/city-map.ts'
import { LatestStates } from '#monitor/map/latest-states.ts'
import { device } from './fixtures.ts'

const NO_HISTORY = {
  latest: async () => Promise.resolve(new Map()),
  lastWith: async () => Promise.resolve(undefined),
}

async function mapOf(devices: readonly Device[], wrong: Record<string, Severity> = {}) {
  const byId = new Map(devices.map((each) => [each.id, each]))
  const port = { find: (id: string) => byId.get(id), all: () => devices }
  const states = new LatestStates({ devices: port, history: NO_HISTORY })
  let [asked, now] = [0, 0]
  const map = new CityMap({
    states,
    wrong: async () => {
      asked += 1
      return Promise.resolve(new Map(Object.entries(wrong)))
    },
    clock: { now: () => epochMs(now) },
  })
  return { map, states, asked: () => asked, pass: (ms: number) => (now += ms) }
}

const placed = (id: string, lon_deg: number, lat_deg: number, more: Partial<Device> = {}) =>
  device(id, 'manhole-cover', { place: { lon_deg, lat_deg }, ...more })

const CITY: Box = [110, 34, 112, 36]

test('few devices are told one by one, with the worst that is wrong with each', async () => {
  const { map, states } = await mapOf(
    [
      placed('a', 111, 35),
      placed('b', 111.5, 35),
      placed('far', 120, 35),
      device('bin', 'bin-sensor', { place: null }),
    ],
    { a: 'warning' },
  )
  await states.catchUp()
  const { devices, cells, extent } = await map.look({ box: CITY, limit: 10, scope: WHOLE_CITY })
  expect(cells).toEqual([])
  expect(extent).toEqual([111, 35, 111.5, 35])
  expect(devices.map(({ device: { id }, severity }) => [id, severity])).toEqual([
    ['a', 'warning'],
    ['b', null],
  ])
})

test('until what is stored was read nobody is told that nothing was', async () => {
  const { map } = await mapOf([placed('a', 111, 35)])
  await expect(map.look({ box: CITY, limit: 10, scope: WHOLE_CITY })).rejects.toThrow(Unavailable)
})

const place = fc.record({
  lon_deg: fc.double({ min: 110.5, max: 111.5, noNaN: true }),
  lat_deg: fc.double({ min: 34.5, max: 35.5, noNaN: true }),
  area: fc.constantFrom('140802001001001', '140803001001001'),
  wrong: fc.constantFrom<Severity | null>('critical', 'warning', null),
})

test('however devices are put together, each that is seen is told of once and no other', async () => {
  const edge = fc.double({ min: 0, max: 1, noNaN: true })
  const view = fc.record({
    west: edge,
    south: edge,
    zoom: fc.option(fc.integer({ min: 0, max: 24 }), { nil: undefined }),
    limit: fc.integer({ min: 1, max: 50 }),
    areas: fc.constantFrom(null, ['140802']),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(place, { maxLength: 120 }), view, async (places, asked) => {
      const devices = places.map(({ lon_deg, lat_deg, area }, index) =>
        placed(String(index), lon_deg, lat_deg, { gridCode: area }),
      )
      const wrong = Object.fromEntries(
        places.flatMap((each, index) => (each.wrong ? [[String(index), each.wrong]] : [])),
      )
      const { map, states } = await mapOf(devices, wrong)
      await states.catchUp()
      const box: Box = [110 + asked.west, 34.5 + asked.south / 2, 111.6, 35.4]
      const scope = { ...WHOLE_CITY, areas: asked.areas }
      const seen = await map.look({ box, zoom: asked.zoom, limit: asked.limit, scope })
      const expected = devices.filter(
        (each) =>
          each.place !== null &&
          isInBox(box, each.place) &&
          (asked.areas === null || each.gridCode?.startsWith('140802')),
      )
      const inCells = seen.cells.reduce((sum, cell) => sum + cell.devices, 0)
      expect(seen.devices.length + inCells).toBe(expected.length)
      const critical = seen.cells.reduce((sum, cell) => sum + cell.wrong.critical, 0)
      const alone = seen.devices.filter(({ severity }) => severity === 'critical').length
      expect(critical + alone).toBe(expected.filter(({ id }) => wrong[id] === 'critical').length)
      if (expected.length <= asked.limit) expect(seen.cells).toEqual([])
      for (const cell of seen.cells) {
        expect(cell.devices).toBeGreaterThan(1)
        expect(isInBox([110, 34, 112, 36], cell)).toBe(true)
      }
    }),
    { numRuns: 200 },
  )
})

test('a whole city takes no more cells than fit on a screen', async () => {
  const devices = Array.from({ length: 20_000 }, (_, n) =>
    placed(String(n), 110 + ((n * 0.618_034) % 1), 34.5 + ((n * 0.754_877) % 1)),
  )
  const { map, states } = await mapOf(devices)
  await states.catchUp()
  const view = { box: [110, 34.5, 111, 35.5] as Box, limit: 1_000, scope: WHOLE_CITY }
  const { cells } = await map.look(view)
  expect(cells.length).toBeGreaterThan(100)
  expect(cells.length).toBeLessThan(2_000)
  const finest = await map.look({ ...view, zoom: 24 })
  expect(finest.cells.length + finest.devices.length).toBeLessThan(30_000)
})

test('what is wrong is asked of the database once a second, however many look', async () => {
  const { map, states, asked, pass } = await mapOf([placed('a', 111, 35)])
  await states.catchUp()
  const view = { box: CITY, limit: 10, scope: WHOLE_CITY }
  for (let look = 0; look < 5; look += 1) await map.look(view)
  expect(asked()).toBe(1)
  pass(1_001)
  await map.look(view)
  expect(asked()).toBe(2)
})
