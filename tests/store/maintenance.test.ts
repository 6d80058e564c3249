import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { readingTable } from '#model/kind.ts'
import { KINDS } from '#model/kinds.ts'
import { days, type EpochMs, epochMs, plus } from '#model/time.ts'
import { silentLogger } from '#runtime/logger.ts'
import { openCommitter } from '#store/committer.ts'
import { connect } from '#store/database.ts'
import { Maintenance, type MaintenanceOptions } from '#store/maintenance.ts'
import { partitionName, partitionOf } from '#store/partitions.ts'
import { CASE_RULES } from '#tests/support/case-rules.ts'
import { freshDatabase, type TestDatabase } from '#tests/support/database.ts'
import { commit, device, NOON, reading } from './fixtures.ts'

const KEEP_ALL: MaintenanceOptions = { retentionDays: 0, horizonDays: 30 }
const cover = device('cover-1')

const NATIVE_ONLY = 'only without TimescaleDB'

let fresh: TestDatabase
beforeEach(async () => {
  fresh = await freshDatabase()
})
afterEach(() => fresh.drop())

const maintenance = (options = KEEP_ALL, now: EpochMs = NOON): Maintenance =>
  new Maintenance(fresh.database, options, { now: () => now }, silentLogger)

async function partitions(table = 'reading_manhole_cover'): Promise<string[]> {
  const { rows } = await fresh.database.pool.query<{ name: string }>(
    'SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = $1::regclass ORDER BY 1',
    [table],
  )
  return rows.map(({ name }) => name)
}

async function store(...instants: number[]): Promise<void> {
  const options = { ...CASE_RULES, timeoutMs: 10_000 }
  const committer = await openCommitter(fresh.database, options, silentLogger)
  const readings = instants.map((at) => reading(cover, at, { tilt_deg: 1 }))
  await committer.commit(commit(committer.lastNumber + 1, { readings }))
  await committer.close()
}

test('partitions hold seven days from a Thursday, and are named after the first', () => {
  const thursday = epochMs(Date.UTC(2026, 10, 19))
  expect(partitionName('reading_x', partitionOf(thursday))).toBe('reading_x_p20261119')
  expect(partitionOf(plus(thursday, days(7)))).toBe(partitionOf(thursday) + 1)
  expect(partitionOf(epochMs(thursday - 1))).toBe(partitionOf(thursday) - 1)
  expect(partitionName('reading_x', -1)).toBe('reading_x_p19691225')
})

test('partitions of this week, the last and the coming ones stand ready for every kind', async ({
  skip,
}) => {
  skip(fresh.database.timescale, NATIVE_ONLY)
  await maintenance().start()
  for (const kind of KINDS) expect(await partitions(readingTable(kind))).toHaveLength(5)
  expect(await partitions()).toContain('reading_manhole_cover_p20261119')
  const week = plus(NOON, days(7))
  await maintenance(KEEP_ALL, week).run()
  expect(await partitions()).toHaveLength(6)
})

test('several processes that look after one database do not get in each other’s way', async ({
  skip,
}) => {
  skip(fresh.database.timescale, NATIVE_ONLY)
  await Promise.all([1, 2, 3].map(() => maintenance().run()))
  expect(await partitions()).toHaveLength(5)
})

test('a partition is dropped when its last reading is past the retention, not before', async ({
  skip,
}) => {
  skip(fresh.database.timescale, NATIVE_ONLY)
  await store(Date.UTC(2026, 9, 1), Date.UTC(2026, 10, 12), NOON)
  const retention = { retentionDays: 7, horizonDays: 30 }
  await maintenance(retention, epochMs(Date.UTC(2026, 10, 25, 23))).run()
  expect(await partitions()).toContain('reading_manhole_cover_p20261112')
  expect(await partitions()).not.toContain('reading_manhole_cover_p20261001')
  await maintenance(retention, epochMs(Date.UTC(2026, 10, 26))).run()
  expect(await partitions()).not.toContain('reading_manhole_cover_p20261112')
})

test('a partition that is being read is dropped in a later round', async ({ skip }) => {
  skip(fresh.database.timescale, NATIVE_ONLY)
  await store(Date.UTC(2026, 0, 1))
  const reader = await connect(fresh.database.connection)
  await reader.query('BEGIN; SELECT * FROM reading_manhole_cover')
  const retention = { retentionDays: 7, horizonDays: 30 }
  await maintenance(retention).run()
  expect(await partitions()).toContain('reading_manhole_cover_p20260101')
  await reader.query('COMMIT')
  await reader.end()
  await maintenance(retention).run()
  expect(await partitions()).not.toContain('reading_manhole_cover_p20260101')
})

test('aggregates count hours, and days of China, with minimum, maximum and mean', async () => {
  const eveningInChina = Date.UTC(2026, 10, 22, 15, 30)
  const nextDayInChina = Date.UTC(2026, 10, 22, 16, 30)
  const committer = await openCommitter(
    fresh.database,
    { ...CASE_RULES, timeoutMs: 10_000 },
    silentLogger,
  )
  const readings = [
    reading(cover, eveningInChina, { tilt_deg: 1, vibration_count: 2 }),
    reading(cover, eveningInChina + 60_000, { tilt_deg: 4 }),
    reading(cover, nextDayInChina, {}),
  ]
  await committer.commit(commit(committer.lastNumber + 1, { readings }))
  await committer.close()
  const fields = `bucket, readings, tilt_deg_min, tilt_deg_max, tilt_deg_avg, tilt_deg_count,
    vibration_count_avg`
  const both = { tilt_deg_min: 1, tilt_deg_max: 4, tilt_deg_avg: 2.5, tilt_deg_count: 2 }
  for (const [aggregate, firstBucket] of [
    ['hourly', Date.UTC(2026, 10, 22, 15)],
    ['daily', Date.UTC(2026, 10, 21, 16)],
  ] as const) {
    const { rows } = await fresh.database.pool.query(
      `SELECT ${fields} FROM reading_manhole_cover_${aggregate} ORDER BY bucket`,
    )
    expect(rows).toMatchObject([
      { bucket: firstBucket, readings: 2, ...both, vibration_count_avg: 2 },
      { bucket: Date.UTC(2026, 10, 22, 16), readings: 1, tilt_deg_avg: null, tilt_deg_count: 0 },
    ])
  }
})

test('TimescaleDB compresses behind the horizon and stays readable and writable', async ({
  skip,
}) => {
  skip(!fresh.database.timescale, 'only with TimescaleDB')
  await maintenance({ retentionDays: 400, horizonDays: 30 }).start()
  await maintenance({ retentionDays: 300, horizonDays: 30 }).start()
  const { pool } = fresh.database
  const jobs = await pool.query(
    `SELECT proc_name, count(*) AS n FROM timescaledb_information.jobs
     WHERE proc_name LIKE 'policy_%' AND hypertable_name IS NOT NULL GROUP BY 1 ORDER BY 1`,
  )
  expect(jobs.rows).toEqual([
    { proc_name: 'policy_compression', n: KINDS.length * 3 },
    { proc_name: 'policy_refresh_continuous_aggregate', n: KINDS.length * 2 },
    { proc_name: 'policy_retention', n: KINDS.length },
  ])
  const old = Date.UTC(2026, 5, 1)
  await store(old, old + 1, NOON)
  // TimescaleDB's own jobs may be at the same work at this moment: whoever does it, it gets done.
  const patience = { timeout: 20_000, interval: 200 }
  await vi.waitFor(async () => {
    await pool.query(
      `SELECT compress_chunk(chunk, if_not_compressed => true)
       FROM show_chunks('reading_manhole_cover', older_than => $1::timestamptz) AS chunk`,
      [new Date(Date.UTC(2026, 9, 1)).toISOString()],
    )
  }, patience)
  const compressed = await pool.query(
    `SELECT is_compressed FROM timescaledb_information.chunks
     WHERE hypertable_name = 'reading_manhole_cover' ORDER BY range_start`,
  )
  expect(compressed.rows).toEqual([{ is_compressed: true }, { is_compressed: false }])
  const counts = await pool.query(`SELECT count(*) AS n FROM reading_manhole_cover`)
  expect(counts.rows).toEqual([{ n: 3 }])
  await store(old, old + 2)
  const again = await pool.query(`SELECT count(*) AS n FROM reading_manhole_cover`)
  expect(again.rows).toEqual([{ n: 4 }])
  await vi.waitFor(
    () =>
      pool.query(`CALL refresh_continuous_aggregate('reading_manhole_cover_hourly', NULL, NULL)`),
    patience,
  )
  const hourly = 'SELECT sum(readings) AS n FROM reading_manhole_cover_hourly'
  expect((await pool.query(hourly)).rows).toEqual([{ n: 4 }])
  await vi.waitFor(
    () =>
      pool.query(`SELECT compress_chunk(chunk, if_not_compressed => true)
        FROM show_chunks('reading_manhole_cover_hourly') AS chunk`),
    patience,
  )
  await store(old + 3)
  await vi.waitFor(
    () =>
      pool.query(`CALL refresh_continuous_aggregate('reading_manhole_cover_hourly', NULL, NULL)`),
    patience,
  )
  expect((await pool.query(hourly)).rows).toEqual([{ n: 5 }])
})

test('spans of listening are forgotten with the readings of their time, but for the last of them', async () => {
  const { pool } = fresh.database
  const ago = (age: number) => new Date(NOON - days(age)).toISOString()
  for (const [from, to] of [
    [500, 450],
    [440, 400],
    [390, 100],
    [90, 0],
  ] as const) {
    await pool.query('INSERT INTO listened VALUES ($1, $2)', [ago(from), ago(to)])
  }
  const left = async (): Promise<number[]> => {
    const { rows } = await pool.query<{ from: EpochMs }>(
      'SELECT from_at AS from FROM listened ORDER BY 1',
    )
    return rows.map(({ from }) => Math.round((NOON - from) / days(1)))
  }
  await maintenance(KEEP_ALL).run()
  expect(await left()).toEqual([440, 390, 90])
  await maintenance({ retentionDays: 5, horizonDays: 30 }).run()
  expect(await left()).toEqual([390, 90])
})
