import { afterAll, beforeAll, expect, test } from 'vitest'
import { epochMs } from '#model/time.ts'
import { makePartitions, partitionOf } from '#store/partitions.ts'
import { NOON } from '#tests/store/fixtures.ts'
import { openTestApi, type TestApi } from './api-fixture.ts'

const COUNT = 1_000_000
const EVERY_S = 2
const FROM = NOON - COUNT * EVERY_S * 1_000
/** Which reading is unlike all others. */
const EXTREME = 123_457
const extremeAt = FROM + EXTREME * EVERY_S * 1_000

interface Point {
  readonly at: string
  readonly min: number
  readonly max: number
  readonly mean: number
  readonly count: number
}

interface Truths {
  readonly points: Point[]
  readonly changes: { readonly at: string; readonly value: boolean }[] | null
}

let api: TestApi
beforeAll(async () => {
  api = await openTestApi()
  await api.registry.devices.create({ id: 'gauge-1', kind: 'pipe-gauge', reportingInterval_s: 2 })
  const { pool } = api.registry
  const client = await pool.connect()
  const weeks = partitionOf(NOON) - partitionOf(epochMs(FROM)) + 1
  const parts = Array.from({ length: weeks }, (_, index) => partitionOf(epochMs(FROM)) + index)
  const { rowCount: isHyper } = await client.query(
    "select from pg_extension where extname = 'timescaledb'",
  )
  if (!isHyper) {
    await makePartitions(client, 'reading_pipe_gauge', parts)
    await makePartitions(client, 'reading_manhole_cover', parts)
  }
  // An hour without anything, in the middle.
  await client.query(
    `insert into reading_pipe_gauge (device_id, measured_at, seq, received_at, server_clock, level_mm)
     select 'gauge-1', to_timestamp($1::float8 / 1000) + n * interval '${EVERY_S} s', 0, now(), false,
       case n when ${EXTREME} then 4321 else 1000 + n % 7 end
     from generate_series(0, ${COUNT - 1}) as n where n not between 500000 and 501799`,
    [FROM],
  )
  client.release()
}, 60_000)
afterAll(() => api.close())

async function series(from: number, to: number, points: number) {
  const query = `channel=level_mm&from=${from}&to=${to}&points=${points}`
  const { status, body } = await api.call('GET', `/api/v1/devices/gauge-1/series?${query}`)
  expect(status).toBe(200)
  return body as { step_ms: number; gap_ms: number; points: Point[] }
}

test('one reading among a million is seen however far away one looks', async () => {
  // A year, a month, a day and a minute: hours put together, hours, and readings themselves.
  for (const [from, to] of [
    [NOON - 365 * 86_400_000, NOON],
    [FROM, NOON],
    [extremeAt - 43_200_000, extremeAt + 43_200_000],
    [extremeAt - 30_000, extremeAt + 30_000],
  ] as const) {
    const { points, step_ms } = await series(from, to, 400)
    expect(points.length).toBeLessThanOrEqual(401)
    const highest = points.filter(({ max }) => max === 4_321)
    expect(highest).toHaveLength(1)
    const at = Date.parse(highest[0]?.at ?? '')
    expect(extremeAt - at).toBeGreaterThanOrEqual(0)
    expect(extremeAt - at).toBeLessThan(step_ms)
    expect(Math.min(...points.map(({ min }) => min))).toBe(1_000)
  }
  const { points } = await series(FROM, NOON, 2_000)
  expect(points.reduce((sum, { count }) => sum + count, 0)).toBe(COUNT - 1_800)
})

test('a gap is told from steps that follow each other', async () => {
  const gapAt = FROM + 500_000 * EVERY_S * 1_000
  const { points, gap_ms } = await series(gapAt - 3_600_000, gapAt + 7_200_000, 1_000)
  const breaks = points.slice(1).flatMap(({ at }, index) => {
    const before = Date.parse(points[index]?.at ?? '')
    return Date.parse(at) - before > gap_ms ? [[before, Date.parse(at)] as const] : []
  })
  expect(breaks).toHaveLength(1)
  const [before = 0, after = 0] = breaks[0] ?? []
  expect(after - before).toBeGreaterThan(3_500_000)
  expect(before).toBeLessThan(gapAt)
})

/** A lid, each minute. */
async function lidOf(id: string, isOpen: string, count: number): Promise<void> {
  await api.registry.devices.create({ id, kind: 'manhole-cover' })
  await api.registry.pool.query(
    `insert into reading_manhole_cover (device_id, measured_at, seq, received_at, server_clock, lid_open)
     select $1, to_timestamp($2::float8 / 1000) + n * interval '1 min', 0, now(), false, ${isOpen}
     from generate_series(0, ${count - 1}) as n`,
    [id, NOON - count * 60_000],
  )
}

async function truths(id: string, hours: number, points: number): Promise<Truths> {
  const query = `channel=lid_open&from=${NOON - hours * 3_600_000}&to=${NOON}&points=${points}`
  const { status, body } = await api.call('GET', `/api/v1/devices/${id}/series?${query}`)
  expect(status).toBe(200)
  return body as Truths
}

test('each change of a truth value is told to the reading however far away one looks', async () => {
  // Open for one minute in a day, and once more at the end.
  await lidOf('cover-1', 'n = 700 or n >= 1430', 1_440)
  const { points, changes } = await truths('cover-1', 24, 10)
  expect(points).toHaveLength(10)
  const at = (minute: number) => new Date(NOON - (1_440 - minute) * 60_000).toISOString()
  expect(changes).toEqual([
    { at: at(700), value: true },
    { at: at(701), value: false },
    { at: at(1_430), value: true },
  ])
  expect(points[4]).toMatchObject({ min: 0, max: 1, count: 144, mean: 1 / 144 })
  expect(points[0]).toMatchObject({ min: 0, max: 0, mean: 0 })
})

test('a truth value that changes all the time is told as shares, with both states in each', async () => {
  await lidOf('cover-2', 'n % 4 = 0', 6_000)
  const { points, changes } = await truths('cover-2', 100, 50)
  expect(changes).toBeNull()
  expect(points).toHaveLength(50)
  for (const point of points) {
    expect(point).toMatchObject({ min: 0, max: 1, mean: 0.25, count: 120 })
  }
  // From nearer there are fewer of them.
  const near = await truths('cover-2', 10, 50)
  expect(near.changes).toHaveLength(299)
})
