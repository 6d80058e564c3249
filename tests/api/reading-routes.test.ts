import { request } from 'node:http'
import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { compareReadings, type Reading } from '#model/reading.ts'
import { epochMs, formatInstant } from '#model/time.ts'
import { silentLogger } from '#runtime/logger.ts'
import { openCommitter } from '#store/committer.ts'
import { commit, NOON, reading } from '#tests/store/fixtures.ts'
import { CASE_RULES } from '#tests/support/case-rules.ts'
import { openTestApi, type TestApi, TOKEN } from './api-fixture.ts'

const MINUTE = 60_000
const COUNT = 7_000

let api: TestApi
let ordered: Reading[]
let address: string
const url = '/api/v1/devices/gauge-1/readings'

beforeAll(async () => {
  api = await openTestApi()
  address = await api.app.listen({ host: '127.0.0.1', port: 0 })
  for (const id of ['gauge-1', 'gauge-2']) {
    await api.registry.devices.create({ id, kind: 'pipe-gauge' })
  }
  const gauge = api.registry.directory.find('gauge-1')
  if (!gauge) throw new Error('the device is missing')
  const readings = Array.from({ length: COUNT }, (_, index) =>
    reading(
      gauge,
      NOON - index * MINUTE,
      { level_mm: index + 0.5, ...(index % 3 === 0 ? { battery_pct: 90 } : {}) },
      index === 5 ? { extra: { note: '说, "好"', deep: { a: [1] } }, seq: 9 } : {},
    ),
  )
  ordered = readings.toSorted(compareReadings)
  const { pool } = api.registry
  const database = { connection: pool.options, timescale: await isTimescale() }
  const options = { ...CASE_RULES, timeoutMs: 30_000 }
  const committer = await openCommitter(database, options, silentLogger)
  await committer.commit(commit(committer.lastNumber + 1, { readings }))
  await committer.close()
})
afterAll(() => api.close())

async function isTimescale(): Promise<boolean> {
  const { rows } = await api.registry.pool.query(
    "select from pg_extension where extname = 'timescaledb'",
  )
  return rows.length > 0
}

const instantOf = ({ measuredAt }: { measuredAt: number }): string =>
  formatInstant(epochMs(measuredAt))

test('a range is given in the order of its measuring, half open', async () => {
  const from = instantOf(ordered[10] as Reading)
  const to = instantOf(ordered[20] as Reading)
  const { body } = await api.call('GET', `${url}?from=${from}&to=${to}`)
  const times = body.items.map((item: { measuredAt: string }) => item.measuredAt)
  expect(times).toEqual(ordered.slice(10, 20).map(instantOf))
  expect(body.next).toBeNull()
  expect(body.items[0]).toMatchObject({ seq: 0, serverClock: false, extra: null })
  const backwards = await api.call('GET', `${url}?from=${from}&to=${to}&order=desc&limit=1`)
  expect(backwards.body.items[0].measuredAt).toBe(instantOf(ordered[19] as Reading))
})

test('instants may be epoch milliseconds, or have a zone whose plus sign was not encoded', async () => {
  const [at] = ordered.slice(100)
  const local = formatInstant(epochMs((at?.measuredAt ?? 0) + 8 * 3_600_000)).replace('Z', '+08:00')
  for (const from of [String(at?.measuredAt), local]) {
    const { body } = await api.call('GET', `${url}?limit=1&from=${from}`)
    expect(body.items[0].measuredAt).toBe(instantOf(at as Reading))
  }
  for (const from of ['yesterday', '2026-11-23', '2026-11-23T08:00:00', '1e99']) {
    const { status, body } = await api.call('GET', `${url}?from=${from}`)
    expect(status).toBe(400)
    expect(body.errors).toMatchObject([{ parameter: 'from' }])
  }
})

test('chosen channels come alone, and an unknown one is named', async () => {
  const { body } = await api.call('GET', `${url}?channels=battery_pct,level_mm&limit=1`)
  expect(Object.keys(body.items[0].values)).toContain('level_mm')
  const none = await api.call('GET', `${url}?channels=battery_pct&limit=3`)
  expect(none.body.items.some((item: { values: object }) => 'level_mm' in item.values)).toBe(false)
  expect(await api.call('GET', `${url}?channels=colour`)).toMatchObject({
    status: 400,
    body: { errors: [{ parameter: 'channels' }] },
  })
})

test('the latest reading is the one measured last', async () => {
  const { body } = await api.call('GET', '/api/v1/devices/gauge-1/latest')
  expect(body).toMatchObject({ measuredAt: formatInstant(NOON), values: { level_mm: 0.5 } })
  expect(await api.call('GET', '/api/v1/devices/gauge-2/latest')).toMatchObject({
    status: 404,
    body: { detail: 'the device gauge-2 has not reported yet' },
  })
  expect((await api.call('GET', '/api/v1/devices/gauge-3/latest')).status).toBe(404)
})

test('NDJSON streams the whole range, one reading per line', async () => {
  const accept = { accept: 'application/x-ndjson' }
  const { type, text } = await api.call('GET', url, undefined, accept)
  expect(type).toContain('application/x-ndjson')
  const lines = text.trimEnd().split('\n')
  expect(lines).toHaveLength(COUNT)
  const times = lines.map((line) => (JSON.parse(line) as { measuredAt: string }).measuredAt)
  expect(times).toEqual(ordered.map(instantOf))
  const some = await api.call('GET', `${url}?limit=2500&order=desc`, undefined, accept)
  expect(some.text.trimEnd().split('\n')).toHaveLength(2_500)
})

test('CSV streams the same and reads back as it was', async () => {
  const { type, text } = await api.call('GET', url, undefined, { accept: 'text/csv, */*;q=0.1' })
  expect(type).toBe('text/csv; charset=utf-8')
  const rows = parse<Record<string, string>>(text, { columns: true })
  expect(rows).toHaveLength(COUNT)
  const special = rows.find((row) => row.seq === '9')
  expect(JSON.parse(special?.extra ?? '')).toEqual({ note: '说, "好"', deep: { a: [1] } })
  expect(rows.map((row) => Number(row.level_mm))).toEqual(ordered.map((stored) => stored.values[0]))
  expect(rows[0]?.serverClock).toBe('false')
  const chosen = await api.call('GET', `${url}?channels=battery_pct&limit=1`, undefined, {
    accept: 'text/csv',
  })
  expect(chosen.text.split('\n')[0]).toBe('measuredAt,seq,receivedAt,serverClock,battery_pct')
})

test('a device without readings streams a header and nothing else', async () => {
  const answer = await api.call('GET', '/api/v1/devices/gauge-2/readings', undefined, {
    accept: 'text/csv',
  })
  expect(answer.text.trimEnd().split('\n')).toHaveLength(1)
})

test('a reader that stops taking lets no more pages be read', async () => {
  let pages = 0
  const { readings } = api.options
  const counting = await openTestApi({
    findDevice: (id) => api.registry.directory.find(id),
    readings: {
      latest: (device) => readings.latest(device),
      page: (device, range) => {
        pages += 1
        // Always the same full page, as of a history without end.
        return readings.page(device, { ...range, after: undefined })
      },
    },
  })
  const slow = await counting.app.listen({ host: '127.0.0.1', port: 0 })
  const asking = request(new URL(url, slow), {
    headers: { authorization: `Bearer ${TOKEN}`, accept: 'application/x-ndjson' },
  })
  asking.on('error', () => undefined)
  asking.end()
  // Nobody reads the answer: it fills the buffers between the two and then stands still.
  asking.on('response', (response) => void response.pause())
  let before = -1
  await expect
    .poll(
      () => {
        const still = pages > 0 && pages === before
        before = pages
        return still
      },
      { interval: 500, timeout: 15_000 },
    )
    .toBe(true)
  expect(pages).toBeLessThan(60)
  asking.destroy()
  await counting.close()
})

test('a failure before the first reading is a problem, one in the middle ends the stream short', async () => {
  const { readings } = api.options
  let pages = 0
  const failing = await openTestApi({
    findDevice: (id) => api.registry.directory.find(id),
    readings: {
      latest: (device) => readings.latest(device),
      page: (device, range) => {
        pages += 1
        return pages % 3 === 0 ? Promise.reject(new Error('lost')) : readings.page(device, range)
      },
    },
  })
  const at = await failing.app.listen({ host: '127.0.0.1', port: 0 })
  const ask = () =>
    fetch(`${at}${url}`, { headers: { authorization: `Bearer ${TOKEN}`, accept: 'text/csv' } })
  const response = await ask()
  expect(response.status).toBe(200)
  await expect(response.text()).rejects.toThrow()
  pages = 2
  expect((await ask()).status).toBe(500)
  await failing.close()
})

test('over a real connection the stream is complete', async () => {
  const response = await fetch(`${address}${url}`, {
    headers: { authorization: `Bearer ${TOKEN}`, accept: 'application/x-ndjson' },
  })
  expect((await response.text()).trimEnd().split('\n')).toHaveLength(COUNT)
})

test('a channel is read in steps that keep its extremes, however many readings there are', async () => {
  const [first, last] = [ordered[0], ordered.at(-1)] as [Reading, Reading]
  const span = `from=${first.measuredAt}&to=${last.measuredAt + 1}`
  const path = `/api/v1/devices/gauge-1/series?channel=level_mm&${span}`
  const { status, body } = await api.call('GET', `${path}&points=10`)
  expect(status).toBe(200)
  const points = body.points as { min: number; max: number; count: number }[]
  expect(points.length).toBeLessThanOrEqual(10)
  expect(points.reduce((sum, { count }) => sum + count, 0)).toBe(COUNT)
  expect(Math.min(...points.map(({ min }) => min))).toBe(0.5)
  expect(Math.max(...points.map(({ max }) => max))).toBe(COUNT - 0.5)
  const unknown = await api.call('GET', path.replace('level_mm', 'nothing'))
  expect(unknown).toMatchObject({ status: 400, body: { errors: [{ parameter: 'channel' }] } })
  const backwards = `/api/v1/devices/gauge-1/series?channel=level_mm&from=2&to=1`
  expect((await api.call('GET', backwards)).status).toBe(400)
})
