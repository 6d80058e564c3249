import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Device } from '#model/device.ts'
import { compareReadings, type Reading, type StoredReading } from '#model/reading.ts'
import { days } from '#model/time.ts'
import { fixOf } from '#monitor/map/fix-of.ts'
import { LatestStates } from '#monitor/map/latest-states.ts'
import { device, reading, START } from './fixtures.ts'

/** Readings by their identity: of two the first stays, as in the database. */
function storage(readings: readonly Reading[] = []) {
  const rows: Reading[] = []
  const store = (more: readonly Reading[]): void => {
    for (const one of more) {
      const isThere = rows.some(
        (row) => row.device.id === one.device.id && compareReadings(row, one) === 0,
      )
      if (!isThere) rows.push(one)
    }
  }
  store(readings)
  const of = ({ id, kind }: Device): Reading[] =>
    rows.filter((row) => row.device.id === id && row.device.kind === kind).toSorted(compareReadings)
  return {
    store,
    history: {
      latest: async (devices: readonly Device[]) => {
        const found = devices.map((each) => [each.id, of(each).slice(-1)] as const)
        return Promise.resolve(new Map<string, readonly StoredReading[]>(found))
      },
      lastWith: async (
        each: Device,
        channel: number,
        { from, at }: { readonly from: number; readonly at: number },
      ) =>
        Promise.resolve(
          of(each).findLast(
            ({ measuredAt, values }) =>
              measuredAt > from && measuredAt <= at && values[channel] !== undefined,
          ),
        ),
    },
  }
}

function registry(...registered: Device[]) {
  const devices = new Map(registered.map((each) => [each.id, each]))
  return { devices, find: (id: string) => devices.get(id), all: () => devices.values() }
}

const truck = device('truck', 'refuse-truck', { place: null })
const cover = device('cover')
const DAY_S = days(1) / 1_000

const anyReading = fc
  .record({
    of: fc.constantFrom(truck, cover),
    at: fc.integer({ min: 0, max: 12 }),
    seq: fc.integer({ min: 0, max: 1 }),
  })
  .map(({ of, at, seq }) => {
    // What is sent again is the same.
    const value = (at * 7 + seq * 3) % 6
    const fix = value % 2 === 0 ? { lon_deg: 111 + value / 10, lat_deg: 35 } : {}
    const values = of === truck ? { speed_kmh: value, ...fix } : { tilt_deg: value }
    return reading(of, at * DAY_S, values, seq)
  })

const told = (states: LatestStates) =>
  [truck, cover].map(({ id }) => {
    const { reading: last, place } = states.find(id) ?? {}
    return [last && [last.measuredAt, last.seq, last.values], place]
  })

test('whatever order readings come in and however often, a restart finds the same latest states', async () => {
  const batches = fc.array(fc.array(anyReading, { maxLength: 6 }), { maxLength: 8 })
  await fc.assert(
    fc.asyncProperty(batches, fc.nat(8), async (all, firstHeard) => {
      const { store, history } = storage(all.slice(0, firstHeard).flat())
      const living = new LatestStates({ devices: registry(truck, cover), history })
      // The database is read while readings come.
      const caughtUp = living.catchUp()
      for (const batch of all.slice(firstHeard)) {
        store(batch)
        living.heard(batch)
        await Promise.resolve()
      }
      await caughtUp
      const restarted = new LatestStates({ devices: registry(truck, cover), history })
      await restarted.catchUp()
      expect(told(living)).toEqual(told(restarted))
    }),
    { numRuns: 300 },
  )
})

test('a truck whose newest reading has no fix is where its last fix was, for seven days', async () => {
  const fixed = reading(truck, 0, { lon_deg: 111, lat_deg: 35 })
  const { history } = storage([fixed, reading(truck, 6 * DAY_S, { speed_kmh: 0 })])
  const states = new LatestStates({ devices: registry(truck), history })
  await states.catchUp()
  expect(states.find('truck')?.place).toEqual(fixOf(truck.kind, fixed))
  states.heard([reading(truck, 7 * DAY_S, { speed_kmh: 0 })])
  expect(states.find('truck')?.place).toBeNull()
})

test('a device that is registered again has what it sent before, and one that is removed is gone', async () => {
  const { history } = storage([reading(cover, 5, { tilt_deg: 2 })])
  const { devices, ...port } = registry()
  const states = new LatestStates({ devices: port, history })
  await states.catchUp()
  devices.set(cover.id, cover)
  states.changed(cover.id)
  expect(states.find('cover')).toMatchObject({ reading: null })
  await states.catchUp()
  expect(states.find('cover')?.reading?.measuredAt).toBe(START + 5_000)
  devices.set(cover.id, device('cover', 'pipe-gauge'))
  states.changed(cover.id)
  await states.catchUp()
  expect(states.find('cover')).toMatchObject({ device: { kind: 'pipe-gauge' }, reading: null })
  devices.delete(cover.id)
  states.changed(cover.id)
  states.heard([reading(cover, 9, { tilt_deg: 3 })])
  expect(states.find('cover')).toBeUndefined()
})

test('only what makes a state newer is told, with where the device was', async () => {
  const { history } = storage()
  const states = new LatestStates({ devices: registry(truck), history })
  await states.catchUp()
  const changes: unknown[] = []
  const at = (second: number, lon_deg: number) =>
    states.heard([reading(truck, second, { lon_deg, lat_deg: 35 })], ({ place }, before) =>
      changes.push([before?.lon_deg, place?.lon_deg]),
    )
  for (const [second, lon_deg] of [
    [10, 111.1],
    [5, 110],
    [10, 110],
    [20, 111.2],
  ] as const) {
    at(second, lon_deg)
  }
  expect(changes).toEqual([
    [undefined, 111.1],
    [111.1, 111.2],
  ])
})
