import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Broken, Rejected, Unavailable } from '#model/error.ts'
import { manholeCover } from '#model/kinds/manhole-cover.ts'
import { epochMs } from '#model/time.ts'
import { createLogger, silentLogger } from '#runtime/logger.ts'
import { openDatabase } from '#store/database.ts'
import { databaseError } from '#store/database-error.ts'
import { freePort } from '#store/embedded/free-port.ts'
import { kindMigrations } from '#store/kind-migrations.ts'
import { migrate } from '#store/migrate.ts'
import { parseMigration, readMigrations } from '#store/migration.ts'
import { formatTimestamp, parseTimestamp } from '#store/timestamp.ts'
import { freshDatabase, type TestDatabase } from '#tests/support/database.ts'
import { FaultProxy } from '#tests/support/fault-proxy.ts'

let fresh: TestDatabase
beforeAll(async () => {
  fresh = await freshDatabase({ migrated: false })
})
afterAll(() => fresh.drop())

const altered = (change: (url: URL) => void): string => {
  const url = new URL(fresh.url)
  change(url)
  return url.href
}

test('a database that is not there yet is waited for', async () => {
  const port = await freePort()
  const target = new URL(fresh.url)
  const databaseUrl = altered((url) => {
    url.hostname = '127.0.0.1'
    url.port = String(port)
  })
  let waited: (() => void) | undefined
  const waiting = new Promise<void>((resolve) => {
    waited = resolve
  })
  const log = createLogger('silent')
  log.warn = () => waited?.()
  const opening = openDatabase({ ...fresh.config, databaseUrl }, log)
  await waiting
  const proxy = await FaultProxy.open(target, port)
  const database = await opening
  expect((await database.pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  await database.close()
  proxy.close()
})

test('a database that does not exist is named at once, without the password', async () => {
  const databaseUrl = altered((url) => {
    url.pathname = '/no_such_database'
    url.password ||= 'secret-word'
  })
  const failure = openDatabase({ ...fresh.config, databaseUrl }, silentLogger)
  await expect(failure).rejects.toBeInstanceOf(Rejected)
  await expect(failure).rejects.toMatchObject({
    code: 'bad-configuration',
    message: expect.stringMatching(/DATABASE_URL does not open a database: .*no_such_database/),
  })
  await expect(failure).rejects.not.toMatchObject({
    message: expect.stringContaining(new URL(databaseUrl).password) as string,
  })
})

test('a query that runs too long is ended', async () => {
  const database = await openDatabase({ ...fresh.config, statementTimeoutMs: 100 }, silentLogger)
  await expect(database.pool.query('SELECT pg_sleep(10)')).rejects.toMatchObject({ code: '57014' })
  await database.close()
})

test('whole numbers, sums and instants come as numbers', async () => {
  const { rows } = await fresh.database.pool.query(
    `SELECT 9007199254740991::bigint AS big, sum(x)::numeric AS total,
            '2026-11-23 12:00:00.5+08'::timestamptz AS at
     FROM generate_series(1, 4) AS x`,
  )
  expect(rows).toEqual([
    { big: Number.MAX_SAFE_INTEGER, total: 10, at: Date.UTC(2026, 10, 23, 4, 0, 0, 500) },
  ])
})

test('any millisecond goes to the database and comes back the same', async () => {
  const anyInstant = fc
    .integer({ min: Date.UTC(0, 0, 1), max: Date.UTC(9999, 11, 31) })
    .map(epochMs)
  await fc.assert(
    fc.asyncProperty(fc.array(anyInstant, { minLength: 1, maxLength: 100 }), async (instants) => {
      const { rows } = await fresh.database.pool.query<{ at: number }>(
        'SELECT at FROM unnest($1::timestamptz[]) WITH ORDINALITY AS given(at, n) ORDER BY n',
        [instants.map(formatTimestamp)],
      )
      expect(rows.map(({ at }) => at)).toEqual(instants)
    }),
    { numRuns: 20 },
  )
})

test('instants are read in any zone, with any fraction, before Christ and without end', () => {
  expect(parseTimestamp('2026-11-23 08:00:00+08')).toBe(Date.UTC(2026, 10, 23))
  expect(parseTimestamp('2026-11-22 18:30:00.123456-05:30')).toBe(Date.UTC(2026, 10, 23) + 123)
  expect(parseTimestamp('0001-12-31 00:00:00+00 BC')).toBe(new Date('0000-12-31').getTime())
  expect(parseTimestamp('10000-01-01 00:00:00+00')).toBe(Date.UTC(10_000, 0, 1))
  expect(parseTimestamp('infinity')).toBe(Infinity)
  expect(parseTimestamp('-infinity')).toBe(-Infinity)
})

describe('an error of the database', () => {
  const cases: readonly (readonly [string, string | undefined, unknown])[] = [
    ['a value out of range', '22003', Rejected],
    ['an untranslatable character', '22P05', Rejected],
    ['a violated constraint', '23505', Rejected],
    ['a value too large to index', '54000', Rejected],
    ['a table that is not there', '42P01', Broken],
    ['a lost privilege', '42501', Unavailable],
    ['a full disk', '53100', Unavailable],
    ['too many connections', '53300', Unavailable],
    ['a shutdown', '57P01', Unavailable],
    ['a timeout', '57014', Unavailable],
    ['a deadlock', '40P01', Unavailable],
    ['a standby', '25006', Unavailable],
    ['an internal error', 'XX000', Unavailable],
    ['a lost socket', undefined, Unavailable],
  ]
  test.each(cases)('such as %s tells the caller what to do', (_, code, family) => {
    const cause = Object.assign(new Error('words'), code ? { code, severity: 'ERROR' } : {})
    const error = databaseError(cause)
    expect(error).toBeInstanceOf(family)
    expect(error.cause).toBe(cause)
    expect(databaseError(error)).toBe(error)
  })
})

describe('the migrations of kinds', () => {
  const flag = { name: 'flooded', type: 'boolean', unit: '1', title: { en: 'x', zh: 'x' } } as const
  const depth = { ...flag, name: 'depth_mm', type: 'number' } as const

  test('of a new kind make its table, of new channels add columns and keep the values', async () => {
    const kind = { ...manholeCover, name: 'new-kind', channels: [depth] }
    const committed = await readMigrations()
    const toMigration = ({ file, text }: { file: string; text: string }) =>
      parseMigration(file.replace(/\.sql$/, ''), text)
    const first = [...committed, ...kindMigrations(committed, [kind]).map(toMigration)]
    await migrate(fresh.database, silentLogger, first)
    const { pool } = fresh.database
    await pool.query(
      fresh.database.timescale
        ? 'SELECT 1'
        : 'CREATE TABLE reading_new_kind_all PARTITION OF reading_new_kind DEFAULT',
    )
    await pool.query(`INSERT INTO reading_new_kind VALUES ('d', now(), 0, now(), false, 3)`)
    const wider = { ...kind, channels: [depth, flag, { ...depth, name: 'flow' } as const] }
    const second = [...first, ...kindMigrations(first, [wider]).map(toMigration)]
    expect(await migrate(fresh.database, silentLogger, second)).toHaveLength(1)
    const { rows } = await pool.query('SELECT depth_mm, flooded, flow FROM reading_new_kind')
    expect(rows).toEqual([{ depth_mm: 3, flooded: null, flow: null }])
    const daily = await pool.query(
      'SELECT readings, depth_mm_max, flow_count FROM reading_new_kind_daily',
    )
    expect(daily.rows).toEqual([{ readings: 1, depth_mm_max: 3, flow_count: 0 }])
    expect(kindMigrations(second, [wider])).toEqual([])
  })

  test('are not written where a channel was renamed, moved or removed', async () => {
    const committed = await readMigrations()
    const [first, second, ...rest] = manholeCover.channels
    for (const channels of [
      [second, first, ...rest],
      [second, ...rest],
      [{ ...first, type: 'integer' }, second, ...rest],
    ]) {
      const kind = { ...manholeCover, channels } as typeof manholeCover
      expect(() => kindMigrations(committed, [kind])).toThrow(/manhole-cover/)
    }
  })
})
