import { afterAll, beforeAll, expect, test } from 'vitest'
import type { StoredReading } from '#model/reading.ts'
import { epochMs } from '#model/time.ts'
import { silentLogger } from '#runtime/logger.ts'
import { openCommitter } from '#store/committer.ts'
import { History } from '#store/history.ts'
import { Maintenance } from '#store/maintenance.ts'
import { CASE_RULES } from '#tests/support/case-rules.ts'
import { freshDatabase, type TestDatabase } from '#tests/support/database.ts'
import { commit, device, NOON, reading } from './fixtures.ts'

const cover = device('cover-1')
const WEEK = 7 * 86_400_000
/** Over three partitions, two of one millisecond, newest last. */
const STEPS = [-3 * WEEK, -WEEK, -10, 0, 0, 10].map((step, index) => ({
  at: NOON + step,
  seq: index,
}))

let fresh: TestDatabase
let history: History

beforeAll(async () => {
  fresh = await freshDatabase()
  history = new History(fresh.database.pool)
  const { database } = fresh
  const options = { retentionDays: 0, horizonDays: 30 }
  await new Maintenance(database, options, { now: () => NOON }, silentLogger).run()
  const committer = await openCommitter(
    database,
    { ...CASE_RULES, timeoutMs: 10_000 },
    silentLogger,
  )
  const readings = [
    ...STEPS.toReversed().map(({ at, seq }) => reading(cover, at, { tilt_deg: seq }, { seq })),
    reading(device('truck-1', 'refuse-truck'), NOON, { speed_kmh: 30 }),
    ...Array.from({ length: 3_000 }, (_, index) =>
      reading(device(`many-${index % 1_500}`), NOON + index, {}),
    ),
  ]
  await committer.commit(commit(committer.lastNumber + 1, { readings }))
  await committer.close()
})
afterAll(() => fresh.drop())

const seqs = (readings: readonly StoredReading[] | undefined) => readings?.map(({ seq }) => seq)

test('the newest readings of a device come oldest first, over partitions', async () => {
  const found = await history.latest([cover], () => 4)
  expect(seqs(found.get('cover-1'))).toEqual([2, 3, 4, 5])
  expect(seqs((await history.latest([cover], () => 100)).get('cover-1'))).toEqual([
    0, 1, 2, 3, 4, 5,
  ])
})

test('a device without readings has no entry, and kinds can be mixed', async () => {
  const devices = [
    cover,
    device('truck-1', 'refuse-truck'),
    device('never'),
    device('bin', 'bin-sensor'),
  ]
  const found = await history.latest(devices, () => 1)
  expect([...found.keys()].sort()).toEqual(['cover-1', 'truck-1'])
})

test('thousands of devices are answered at once', async () => {
  const devices = Array.from({ length: 3_000 }, (_, index) => device(`many-${index}`))
  const found = await history.latest(devices, () => 2)
  expect(found.size).toBe(1_500)
  expect([...found.values()].every((readings) => readings.length === 2)).toBe(true)
})

test('readings before a point leave the point out, and keep the newest', async () => {
  const point = { measuredAt: NOON, seq: 4 }
  expect(seqs(await history.before(cover, point, 2))).toEqual([2, 3])
  expect(seqs(await history.before(cover, point, 100))).toEqual([0, 1, 2, 3])
  expect(await history.before(cover, { measuredAt: epochMs(0), seq: 0 }, 5)).toEqual([])
})

test('readings from a point on hold the point, and keep the oldest', async () => {
  const point = { measuredAt: NOON, seq: 4 }
  expect(seqs(await history.from(cover, point, 1))).toEqual([4])
  expect(seqs(await history.from(cover, point, 100))).toEqual([4, 5])
})

test('a range of one device is read by the index, from the partitions it lies in', async ({
  skip,
}) => {
  skip(fresh.database.timescale, 'only without TimescaleDB')
  const { rows } = await fresh.database.pool.query<{ 'QUERY PLAN': string }>(
    `EXPLAIN SELECT * FROM reading_manhole_cover
     WHERE device_id = 'cover-1' AND measured_at >= '2026-11-22Z' AND (measured_at, seq) >= ('2026-11-22Z', 0)
     ORDER BY measured_at, seq LIMIT 10`,
  )
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
  expect(plan).toContain('Index Scan')
  expect(plan).not.toMatch(/Sort|Seq Scan|p20261105/)
})

test('a lost database is named as such', async () => {
  const other = await freshDatabase()
  await other.drop()
  const lost = new History(other.database.pool).openEpisodes()
  await expect(lost).rejects.toMatchObject({ code: 'database-unavailable' })
})
