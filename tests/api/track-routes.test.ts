import { afterAll, beforeAll, expect, test } from 'vitest'
import { silentLogger } from '#runtime/logger.ts'
import { openCommitter } from '#store/committer.ts'
import { square } from '#tests/registry/registry-fixture.ts'
import { commit, reading } from '#tests/store/fixtures.ts'
import { CASE_RULES } from '#tests/support/case-rules.ts'
import { openTestApi, type TestApi } from './api-fixture.ts'

const DAY = '2026-11-23'
/** Eight in the morning of that day in China. */
const START = Date.UTC(2026, 10, 23)
const LAT = 35.025
const DEGREE_M = 111_195 * Math.cos((LAT * Math.PI) / 180)
const eastOf = (metres: number): number => 111 + metres / DEGREE_M

let api: TestApi

/** Where a truck is, so many seconds after eight: it drives, stands, drives, is not heard, drives on. */
function motion(second: number): { east_m: number; speed_kmh: number } | null {
  if (second <= 200) return { east_m: second * 10, speed_kmh: 36 }
  if (second <= 500) return { east_m: 2_000, speed_kmh: 0 }
  if (second <= 700) return { east_m: 2_000 + (second - 500) * 10, speed_kmh: 36 }
  if (second < 1_300) return null
  return { east_m: 6_000 + (second - 1_300) * 10, speed_kmh: 36 }
}

beforeAll(async () => {
  api = await openTestApi()
  const { registry } = api
  for (const [index, x] of [11_100, 11_101, 11_102, 11_103, 11_104].entries()) {
    await registry.grids.create(square(`14080200100100${index + 1}`, x, 3_502))
  }
  const at = (metres: number) => ({ lon_deg: eastOf(metres), lat_deg: LAT })
  const bin = (serial: number, metres: number) =>
    registry.parts.create({ id: `140802030500000${serial}`, name: `bin ${serial}`, ...at(metres) })
  // One where the truck stands, one it passes by, one where nobody comes.
  await bin(1, 2_030)
  await bin(2, 1_000)
  await bin(3, 30_000)
  for (const id of ['truck-1', 'truck-2']) {
    await registry.devices.create({ id, kind: 'refuse-truck', label: `晋M ${id}` })
  }
  await registry.devices.create({ id: 'terminal-1', kind: 'patrol-terminal' })
  const truck = registry.directory.find('truck-1')
  const terminal = registry.directory.find('terminal-1')
  if (!truck || !terminal) throw new Error('a device is missing')
  const readings = Array.from({ length: 160 }, (_, index) => index * 10).flatMap((second) => {
    const where = motion(second)
    if (where === null) return []
    // Once the receiver is far off, and while the truck stands its fixes wander.
    const off_m = second === 100 ? 3_000 : where.speed_kmh === 0 ? (second % 70) / 5 : 0
    const values = {
      lon_deg: eastOf(where.east_m + off_m),
      lat_deg: LAT,
      speed_kmh: where.speed_kmh,
      accuracy_m: 5,
    }
    return [truck, terminal].map((device) => {
      const odometer_km = 100 + where.east_m / 1_000
      return reading(device, START + second * 1_000, { ...values, odometer_km })
    })
  })
  const { pool } = registry
  const { rowCount } = await pool.query("select from pg_extension where extname = 'timescaledb'")
  const database = { connection: pool.options, timescale: rowCount !== 0 }
  const committer = await openCommitter(
    database,
    { ...CASE_RULES, timeoutMs: 30_000 },
    silentLogger,
  )
  await committer.commit(commit(committer.lastNumber + 1, { readings }))
  await committer.close()
})
afterAll(() => api.close())

const span = `from=${START}&to=${START + 3_600_000}`
const secondOf = (at: string): number => (Date.parse(at) - START) / 1_000

test('a track has its stops and gaps, and no fix where the truck cannot have been', async () => {
  const { status, body } = await api.call('GET', `/api/v1/devices/truck-1/track?${span}`)
  expect(status).toBe(200)
  expect(body).toMatchObject({ fixes: 101, dropped: 1, way: { by: 'odometer' } })
  expect(body.way.distance_km).toBeCloseTo(8.9, 2)
  expect(body.stops).toHaveLength(1)
  const [stop] = body.stops
  expect([secondOf(stop.from), secondOf(stop.to)]).toEqual([210, 500])
  expect(stop.gridCode).toBe('140802001001003')
  expect(
    body.gaps.map((gap: { from: string; to: string }) => [gap.from, gap.to].map(secondOf)),
  ).toEqual([[700, 1_300]])
  expect(body.standing_s).toBe(290)
  // Straight ways need their ends alone.
  const points = body.runs.map((run: { points: object[] }) => run.points.length)
  expect(points[0]).toBeLessThan(9)
  expect(points[1]).toBe(2)
  const highest = Math.max(
    ...body.runs[0].points.map((point: { lon_deg: number }) => point.lon_deg),
  )
  expect(highest).toBeCloseTo(eastOf(4_000), 4)
})

test('a day of fixes each second comes in as many points as were asked for', async () => {
  const { pool } = api.registry
  await pool.query(
    `insert into reading_refuse_truck
       (device_id, measured_at, seq, received_at, server_clock, lon_deg, lat_deg, speed_kmh)
     select 'truck-2', to_timestamp($1) + n * interval '1 s', 0, now(), false,
       111 + 0.02 * sin(n / 900.0), 35.025 + 0.02 * sin(n / 610.0), 30
     from generate_series(0, 86399) as n`,
    [START / 1_000],
  )
  const day = `from=${START}&to=${START + 86_400_000}&points=1500`
  const { body } = await api.call('GET', `/api/v1/devices/truck-2/track?${day}`)
  expect(body.fixes).toBe(86_400)
  expect(body.runs).toHaveLength(1)
  const points = body.runs[0].points as { at: string; lon_deg: number; lat_deg: number }[]
  expect(points.length).toBeLessThanOrEqual(1_500)
  // At any second the truck was near where the line says it was then.
  for (const [index, point] of points.slice(1).entries()) {
    const before = points[index] as (typeof points)[number]
    const second = (secondOf(before.at) + secondOf(point.at)) / 2
    const off_deg = Math.hypot(
      (before.lon_deg + point.lon_deg) / 2 - (111 + 0.02 * Math.sin(second / 900)),
      (before.lat_deg + point.lat_deg) / 2 - (35.025 + 0.02 * Math.sin(second / 610)),
    )
    expect(off_deg).toBeLessThan(0.0002)
  }
})

test('a bin is visited where the truck stood by it, a grid where it drove', async () => {
  const { body } = await api.call('GET', `/api/v1/coverage?day=${DAY}`)
  expect(body.day).toBe(DAY)
  const visits = new Map(
    body.points.items.map(({ name, by }: { name: string; by: number[] }) => [name, by]),
  )
  expect(Object.fromEntries(visits)).toMatchObject({ 'bin 1': [0], 'bin 3': [] })
  expect(body.points).toMatchObject({ total: 3, visited: 1, share_pct: 33.3 })
  expect(body.vehicles[0]).toMatchObject({ deviceId: 'truck-1', points: 1 })
  // What lies in the gap is not known to be visited.
  expect(body.grids.total).toBe(5)
  const none = await api.call('GET', '/api/v1/coverage?day=2026-11-20')
  expect(none.body).toMatchObject({ vehicles: [], points: { visited: 0, share_pct: 0 } })
  const wrong = await api.call('GET', '/api/v1/coverage?day=2026-11-31')
  expect(wrong).toMatchObject({ status: 400, body: { errors: [{ parameter: 'day' }] } })
})

test('vehicles are listed with how far they came on a day', async () => {
  const { body } = await api.call('GET', `/api/v1/vehicles?day=${DAY}&limit=1`)
  expect(body.items).toMatchObject([
    { deviceId: 'truck-1', state: 'silent', way: { by: 'odometer' } },
  ])
  const next = await api.call('GET', `/api/v1/vehicles?day=${DAY}&limit=5&after=${body.next}`)
  expect(next.body.items.map(({ deviceId }: { deviceId: string }) => deviceId)).toEqual(['truck-2'])
  expect(next.body.items[0].way.by).toBe('fixes')
  const found = await api.call('GET', '/api/v1/vehicles?text=TRUCK-2')
  expect(found.body.items).toHaveLength(1)
})

test('where a person was is told to those who lead, and to nobody else', async () => {
  const paths = [
    `/api/v1/devices/terminal-1/track?${span}`,
    '/api/v1/devices/terminal-1/readings',
    `/api/v1/devices/terminal-1/series?${span}&channel=lon_deg`,
    `/api/v1/devices/terminal-1/aggregates?${span}`,
    '/api/v1/coverage?kind=patrol-terminal',
  ]
  const handler = await api.signIn({ roles: ['dispatcher', 'department-head'] })
  const officer = await api.signIn({ roles: ['duty-officer'] })
  for (const path of paths) {
    expect(await handler.call('GET', path), path).toMatchObject({ status: 403 })
    expect((await officer.call('GET', path)).status, path).toBe(200)
  }
  const list = `/api/v1/vehicles?kind=patrol-terminal&day=${DAY}`
  expect((await handler.call('GET', list)).body.items[0].way).toBeNull()
  expect((await officer.call('GET', list)).body.items[0].way.distance_km).toBeGreaterThan(5)
  expect((await handler.call('GET', '/api/v1/devices/terminal-1/latest')).status).toBe(200)
  expect((await handler.call('GET', `/api/v1/devices/truck-1/track?${span}`)).status).toBe(200)
})

test('a span that cannot be is refused, and what does not move has no track', async () => {
  const ask = (query: string) => api.call('GET', `/api/v1/devices/truck-1/track?${query}`)
  for (const query of ['', `from=${START}`, `from=2&to=1`, `from=0&to=${START}`]) {
    expect((await ask(query)).status, query).toBe(400)
  }
  await api.registry.devices.create({ id: 'cover-1', kind: 'manhole-cover' })
  const { body } = await api.call('GET', `/api/v1/devices/cover-1/track?${span}`)
  expect(body).toMatchObject({ fixes: 0, runs: [], way: { distance_km: 0 } })
})
