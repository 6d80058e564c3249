import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { ChannelValue } from '#model/channel.ts'
import { Broken, Rejected, Unavailable } from '#model/error.ts'
import { readingTable } from '#model/kind.ts'
import { findKind, KINDS } from '#model/kinds.ts'
import { compareReadings, type Reading, type StoredReading } from '#model/reading.ts'
import { epochMs } from '#model/time.ts'
import { silentLogger } from '#runtime/logger.ts'
import { type Committer, openCommitter } from '#store/committer.ts'
import { connect } from '#store/database.ts'
import { History } from '#store/history.ts'
import { freshDatabase, type TestDatabase } from '#tests/support/database.ts'
import { CuttingProxy } from './cutting-proxy.ts'
import {
  change,
  commit,
  device,
  episode,
  NOON,
  proposal,
  reading,
  rejection,
  uuid,
} from './fixtures.ts'

const OPTIONS = { timeZone: 'Asia/Shanghai', timeoutMs: 10_000 }
const ALL = { measuredAt: epochMs(0), seq: 0 }
const cover = device('cover-1')

const NATIVE_ONLY = 'only without TimescaleDB'

let fresh: TestDatabase
let committer: Committer
let history: History

beforeAll(async () => {
  fresh = await freshDatabase()
  history = new History(fresh.database.pool)
})
afterAll(() => fresh.drop())
beforeEach(async () => {
  const tables = [...KINDS.map(readingTable), 'quarantine', 'episode', 'case_record']
  await fresh.database.pool.query(tables.map((table) => `DELETE FROM ${table}`).join(';'))
  committer = await openCommitter(fresh.database, OPTIONS, silentLogger)
})
afterEach(() => committer.close())

const stored = ({ device, ...rest }: Reading): StoredReading => {
  expect(device).toBeDefined()
  return rest
}

const next = (): number => committer.lastNumber + 1

async function count(table: string): Promise<number> {
  const { rows } = await fresh.database.pool.query<{ n: number }>(
    `SELECT count(*) AS n FROM ${table}`,
  )
  return rows[0]?.n ?? -1
}

test('readings come back as they were written, also one without any channel', async () => {
  const readings = [
    reading(cover, NOON, { tilt_deg: 3.5, lid_open: false, vibration_count: 7 }, { seq: 2 }),
    reading(cover, NOON + 1, {}, { serverClock: true }),
    reading(cover, NOON + 2, { rssi_dbm: -90 }, { extra: { wind: { ms: 3 }, note: '深 "q"' } }),
  ]
  const outcome = await committer.commit(commit(next(), { readings }))
  expect(outcome).toEqual({ stored: 3, duplicates: 0, cases: [] })
  const found = await history.from(cover, ALL, 10)
  expect(found).toEqual(readings.map(stored))
})

const anyNumber = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(-0, 5e-324, Number.MAX_VALUE, 0.1, 1 / 3, Infinity, -Infinity, Number.NaN),
)
const anyValue = {
  number: anyNumber,
  integer: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  boolean: fc.boolean(),
} as const

for (const kind of KINDS) {
  test(`a ${kind.name} reading comes back bit for bit`, async () => {
    const of = device(`any-${kind.name}`, kind.name)
    const values = fc.tuple(
      ...kind.channels.map(({ type }) =>
        fc.option<ChannelValue, undefined>(anyValue[type] as fc.Arbitrary<ChannelValue>, {
          nil: undefined,
        }),
      ),
    )
    const anyReading = fc.record({
      device: fc.constant(of),
      measuredAt: fc.integer({ min: 0, max: NOON }).map(epochMs),
      seq: fc.oneof(fc.maxSafeNat(), fc.constantFrom(0, 2 ** 31, 2 ** 32, 2 ** 53 - 1)),
      receivedAt: fc.integer({ min: -1e11, max: 9e12 }).map(epochMs),
      serverClock: fc.boolean(),
      values,
      extra: fc.option(
        fc.dictionary(
          fc.string({ minLength: 1, unit: 'grapheme' }).filter((key) => !key.includes('\0')),
          fc.oneof(fc.integer(), fc.boolean(), fc.constant(null), fc.constant('管网')),
          { noNullPrototype: true },
        ),
      ),
    })
    const { measuredAt: weeks } = reading(of, NOON)
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(anyReading, {
          minLength: 1,
          maxLength: 60,
          selector: ({ measuredAt, seq }) => `${measuredAt % 86_400_000} ${seq}`,
        }),
        async (given) => {
          // A few weeks, so that the property does not make a thousand partitions.
          const readings = given.map((one) => ({
            ...one,
            measuredAt: epochMs(weeks - (one.measuredAt % 86_400_000) * 20),
          }))
          await fresh.database.pool.query(`DELETE FROM ${readingTable(kind)}`)
          const outcome = await committer.commit(commit(next(), { readings }))
          expect(outcome.stored).toBe(readings.length)
          const found = await history.from(of, ALL, 1_000)
          const expected = readings.map(stored).sort(compareReadings)
          expect(found).toStrictEqual(expected)
        },
      ),
      { numRuns: 15 },
    )
  })
}

test('a reading that comes again is counted and the first one stays', async () => {
  const first = reading(cover, NOON, { tilt_deg: 1 })
  await committer.commit(commit(next(), { readings: [first] }))
  const again = [reading(cover, NOON, { tilt_deg: 2 }), reading(cover, NOON + 1, { tilt_deg: 3 })]
  const outcome = await committer.commit(commit(next(), { readings: again }))
  expect(outcome).toEqual({ stored: 1, duplicates: 1, cases: [] })
  const found = await history.from(cover, ALL, 10)
  expect(found.map(({ values }) => values[0])).toEqual([1, 3])
})

test('of repeats within one batch the first arrival wins', async () => {
  const truck = device('truck-1', 'refuse-truck')
  const readings = [
    reading(truck, NOON, { speed_kmh: 10 }),
    reading(cover, NOON, { tilt_deg: 1 }),
    reading(truck, NOON, { speed_kmh: 20 }),
    reading(truck, NOON, { speed_kmh: 30 }, { seq: 1 }),
    reading(cover, NOON, { tilt_deg: 2 }),
  ]
  const outcome = await committer.commit(commit(next(), { readings }))
  expect(outcome).toEqual({ stored: 3, duplicates: 2, cases: [] })
  const speed = findKind('refuse-truck')?.channels.findIndex(({ name }) => name === 'speed_kmh')
  const found = await history.from(truck, ALL, 10)
  expect(found.map(({ values }) => values[speed ?? -1])).toEqual([10, 30])
})

test('any mix of new, repeated and reordered batches leaves exactly what was measured', async () => {
  const anyBatch = fc.array(fc.nat({ max: 40 }), { minLength: 1, maxLength: 30 })
  await fc.assert(
    fc.asyncProperty(fc.array(anyBatch, { minLength: 1, maxLength: 12 }), async (batches) => {
      await fresh.database.pool.query(`DELETE FROM ${readingTable(KINDS[0] as never)}`)
      const seen = new Set<number>()
      for (const batch of batches) {
        const readings = batch.map((at) => reading(cover, NOON + at, { tilt_deg: at }))
        const { stored, duplicates } = await committer.commit(commit(next(), { readings }))
        const before = seen.size
        for (const at of batch) seen.add(at)
        expect(stored).toBe(seen.size - before)
        expect(duplicates).toBe(batch.length - stored)
      }
      expect(await count('reading_manhole_cover')).toBe(seen.size)
    }),
    { numRuns: 20 },
  )
})

test('readings of other years find their partition', async () => {
  const years = [1999, 2017, 2024, 2025]
  const readings = years.map((year) => reading(cover, Date.UTC(year, 5, 1), { level_mm: year }))
  const outcome = await committer.commit(commit(next(), { readings }))
  expect(outcome.stored).toBe(4)
  const found = await history.from(cover, ALL, 10)
  expect(found.map(({ values }) => values[2])).toEqual(years)
})

test('a partition that somebody dropped is made again', async ({ skip }) => {
  skip(fresh.database.timescale, NATIVE_ONLY)
  const readings = [reading(cover, Date.UTC(2015, 0, 1), { tilt_deg: 1 })]
  await committer.commit(commit(next(), { readings }))
  for (const round of [1, 2]) {
    await fresh.database.pool.query('DROP TABLE reading_manhole_cover_p20150101')
    const outcome = await committer.commit(commit(next(), { readings }))
    expect(outcome).toEqual({ stored: 1, duplicates: 0, cases: [] })
    // The second time the batch goes through staging, for repeats are expected then.
    const again = await committer.commit(commit(next(), { readings }))
    expect([round, again.duplicates]).toEqual([round, 1])
  }
})

test('a commit given twice under one number is done once', async () => {
  const number = next()
  const given = commit(number, {
    readings: [reading(cover, NOON, { tilt_deg: 20 })],
    episodes: [change(episode(1), proposal())],
  })
  const first = await committer.commit(given)
  expect(first.cases).toHaveLength(1)
  expect(await committer.commit(given)).toEqual(first)
  await committer.close()
  committer = await openCommitter(fresh.database, OPTIONS, silentLogger)
  expect(committer.lastNumber).toBe(number)
  expect(await committer.commit(given)).toEqual(first)
  expect(await count('case_record')).toBe(1)
})

test('a number that leaves a gap, or lies in the past, is a defect', async () => {
  const gap = commit(next() + 1, {})
  await expect(committer.commit(gap)).rejects.toBeInstanceOf(Broken)
  await committer.commit(commit(next()))
  await committer.commit(commit(next()))
  await expect(committer.commit(commit(next() - 2))).rejects.toBeInstanceOf(Broken)
})

test('a second writer shuts the first one out for good', async () => {
  const second = await openCommitter(fresh.database, OPTIONS, silentLogger)
  const readings = [reading(cover, NOON, {})]
  const fenced = committer.commit(commit(next(), { readings }))
  await expect(fenced).rejects.toMatchObject({ name: 'Broken', code: 'database-fenced' })
  await expect(committer.commit(commit(next()))).rejects.toMatchObject({ code: 'database-fenced' })
  const outcome = await second.commit(commit(second.lastNumber + 1, { readings }))
  expect(outcome.stored).toBe(1)
  await second.close()
})

test('a value the database cannot hold is refused, nothing is written, and work goes on', async () => {
  const good = reading(cover, NOON, { tilt_deg: 1 })
  const number = next()
  for (const bad of [
    reading(cover, NOON + 1, {}, { extra: { text: 'a\0b' } }),
    reading(cover, NOON + 1, { vibration_count: 2 ** 31 }),
    reading(cover, NOON + 1, { vibration_count: 0.5 }),
  ]) {
    const refused = committer.commit(commit(number, { readings: [good, bad] }))
    await expect(refused).rejects.toBeInstanceOf(Rejected)
    await expect(refused).rejects.toMatchObject({ code: 'database-refused' })
  }
  expect(await count('reading_manhole_cover')).toBe(0)
  expect((await committer.commit(commit(number, { readings: [good] }))).stored).toBe(1)
})

test('rejections go to the quarantine with their exact bytes and all reasons', async () => {
  const given = [
    rejection({ reasons: [{ code: 'channel-range', field: 'tilt_deg' }, { code: 'time-future' }] }),
    rejection({ item: 17, payload: new Uint8Array(70_000).fill(7), topic: 'a\0b\ud800' }),
    rejection({ reasons: [], payload: new Uint8Array(0) }),
  ]
  const readings = [reading(cover, NOON, {})]
  const outcome = await committer.commit(commit(next(), { readings, rejections: given }))
  expect(outcome.stored).toBe(1)
  const { rows } = await fresh.database.pool.query('SELECT * FROM quarantine ORDER BY id')
  expect(rows).toMatchObject([
    {
      device_id: 'cover-1',
      topic: 'wanmi/v1/cover-1/telemetry',
      payload: Buffer.of(0, 1, 0xff, 0xfe),
      item: null,
      received_at: NOON,
      reasons: given[0]?.reasons,
      reason_codes: ['channel-range', 'time-future'],
      attempts: 1,
      resolved_at: null,
    },
    { item: 17, payload: Buffer.alloc(70_000, 7), topic: 'a\ufffdb\ufffd' },
    { reasons: [], reason_codes: [], payload: Buffer.alloc(0) },
  ])
})

test('entries that are run again are settled, or keep their newest reasons', async () => {
  await committer.commit(commit(next(), { rejections: [rejection(), rejection()] }))
  const { rows: entries } = await fresh.database.pool.query<{ id: string }>(
    'SELECT id FROM quarantine ORDER BY id',
  )
  const [settled, failing] = entries.map(({ id }) => id) as [string, string]
  await committer.commit(
    commit(next(), {
      resolved: [settled],
      rejections: [
        rejection({ replayOf: failing, item: 0, reasons: [{ code: 'time-too-old' }] }),
        rejection({ replayOf: failing, item: 1, reasons: [{ code: 'channel-type' }] }),
      ],
    }),
  )
  const { rows } = await fresh.database.pool.query('SELECT * FROM quarantine ORDER BY id')
  expect(rows).toMatchObject([
    { id: settled, attempts: 2, resolved_at: NOON },
    { id: failing, attempts: 2, resolved_at: null, reason_codes: ['time-too-old', 'channel-type'] },
  ])
})

test('a commit whose answer was lost is not done again', async () => {
  const proxy = await CuttingProxy.open(new URL(fresh.url))
  const connection = { ...fresh.database.connection, connectionString: proxy.url(fresh.url) }
  const through = await openCommitter({ ...fresh.database, connection }, OPTIONS, silentLogger)
  await through.commit(commit(next(), { readings: [reading(cover, NOON, {})] }))
  const given = commit(through.lastNumber + 1, {
    readings: [reading(cover, NOON + 1, { tilt_deg: 20 })],
    rejections: [rejection()],
  })
  proxy.swallowAnswers()
  const lost = through.commit(given)
  await proxy.swallowedCommit()
  proxy.cut()
  await expect(lost).rejects.toBeInstanceOf(Unavailable)
  expect(await through.commit(given)).toEqual({ stored: 1, duplicates: 0, cases: [] })
  expect(await count('reading_manhole_cover')).toBe(2)
  expect(await count('quarantine')).toBe(1)
  await through.close()
  proxy.close()
})

test('connections ended at random moments lose nothing and do nothing twice', async () => {
  const killer = await connect(fresh.database.connection)
  const endWriters = async (): Promise<void> => {
    // Between nothing and about twice the time a commit takes.
    await killer.query('SELECT pg_sleep($1)', [Math.random() * 0.012])
    await killer.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE application_name LIKE 'wanmi writer %' AND datname = current_database()`,
    )
  }
  let failures = 0
  for (let commits = 0; commits < 60; commits++) {
    const given = commit(next(), {
      readings: [0, 1, 2].map((at) => reading(cover, NOON + commits * 10 + at, { tilt_deg: at })),
      episodes: [
        change(
          episode(commits + 1, { deviceId: `d-${commits}` }),
          proposal({ objectId: `object-${commits}` }),
        ),
      ],
    })
    for (let attempt = 1, done = false; !done; attempt++) {
      const ending = attempt < 4 ? endWriters() : undefined
      try {
        expect(await committer.commit(given)).toMatchObject({ stored: 3, duplicates: 0 })
        done = true
      } catch (error) {
        expect(error).toBeInstanceOf(Unavailable)
        failures += 1
      }
      await ending
    }
  }
  await killer.end()
  expect(failures).toBeGreaterThan(0)
  expect(await count('reading_manhole_cover')).toBe(180)
  expect(await count('case_record')).toBe(60)
  expect(await count('episode')).toBe(60)
})

test('a commit that hangs is given up in time and done when the way is free', async () => {
  const hasty = await openCommitter(fresh.database, { ...OPTIONS, timeoutMs: 200 }, silentLogger)
  const given = commit(hasty.lastNumber + 1, { readings: [reading(cover, NOON, {})] })
  const blocker = await connect(fresh.database.connection)
  await blocker.query('BEGIN; LOCK TABLE reading_manhole_cover')
  await expect(hasty.commit(given)).rejects.toBeInstanceOf(Unavailable)
  await blocker.query('ROLLBACK')
  expect((await hasty.commit(given)).stored).toBe(1)
  await blocker.end()
  await hasty.close()
})

test('a database that falls silent is given up in time', async () => {
  const proxy = await CuttingProxy.open(new URL(fresh.url))
  const connection = { ...fresh.database.connection, connectionString: proxy.url(fresh.url) }
  const hasty = await openCommitter(
    { ...fresh.database, connection },
    { ...OPTIONS, timeoutMs: 100 },
    silentLogger,
  )
  const given = commit(hasty.lastNumber + 1, { readings: [reading(cover, NOON, {})] })
  proxy.swallowAnswers()
  await expect(hasty.commit(given)).rejects.toMatchObject({ code: 'database-unavailable' })
  proxy.cut()
  expect((await hasty.commit(given)).stored).toBe(1)
  await hasty.close()
  proxy.close()
})

test('quarantine entries of unknown form are refused by name', async () => {
  const refused = committer.commit(commit(next(), { resolved: ['no-uuid'] }))
  await expect(refused).rejects.toMatchObject({ code: 'database-refused' })
  await committer.commit(commit(next(), { resolved: [uuid(1)] }))
})
