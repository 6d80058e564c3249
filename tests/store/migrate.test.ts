import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Rejected } from '#model/error.ts'
import { readingTable } from '#model/kind.ts'
import { KINDS } from '#model/kinds.ts'
import { silentLogger } from '#runtime/logger.ts'
import { kindMigrations } from '#store/kind-migrations.ts'
import { migrate } from '#store/migrate.ts'
import { parseMigration, readMigrations } from '#store/migration.ts'
import { aggregateNames } from '#store/reading-ddl.ts'
import { freshDatabase, type TestDatabase } from '#tests/support/database.ts'

const COLUMN_TYPES = { number: 'double precision', integer: 'integer', boolean: 'boolean' } as const

describe('the migrations', () => {
  let fresh: TestDatabase
  beforeAll(async () => {
    fresh = await freshDatabase({ migrated: false })
  })
  afterAll(() => fresh.drop())

  test('make an empty database ready, and have nothing to do the second time', async () => {
    const first = await migrate(fresh.database, silentLogger)
    expect(first.length).toBeGreaterThan(5)
    expect(await migrate(fresh.database, silentLogger)).toEqual([])
  })

  test('give every kind a table with a column per channel, and its two aggregates', async () => {
    for (const kind of KINDS) {
      const table = readingTable(kind)
      const { rows } = await fresh.database.pool.query<{ name: string; type: string }>(
        `SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute
         WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped`,
        [table],
      )
      const types = Object.fromEntries(rows.map(({ name, type }) => [name, type]))
      for (const { name, type } of kind.channels) expect(types[name]).toBe(COLUMN_TYPES[type])
      for (const aggregate of aggregateNames(table)) {
        const found = await fresh.database.pool.query(`SELECT count(*) AS n FROM ${aggregate}`)
        expect(found.rows).toEqual([{ n: 0 }])
      }
    }
  })

  test('that were run by several processes at once are run by one of them', async () => {
    const other = await freshDatabase({ migrated: false })
    const runs = await Promise.all([1, 2, 3].map(() => migrate(other.database, silentLogger)))
    expect(runs.filter((names) => names.length > 0)).toHaveLength(1)
    await other.drop()
  })

  test('refuse a database whose applied migration was edited since', async () => {
    const edited = (await readMigrations()).map((migration) =>
      migration.name === '0002-quarantine' ? { ...migration, checksum: 'other' } : migration,
    )
    await expect(migrate(fresh.database, silentLogger, edited)).rejects.toMatchObject({
      code: 'database-schema',
      message: expect.stringContaining('0002-quarantine') as string,
    })
  })

  test('refuse a database that a newer Wanmi made', async () => {
    const older = (await readMigrations()).filter(({ name }) => name !== '0004-commands')
    await expect(migrate(fresh.database, silentLogger, older)).rejects.toBeInstanceOf(Rejected)
  })

  test('refuse a database of hypertables on a server without TimescaleDB', async ({ skip }) => {
    skip(!fresh.database.timescale, 'only with TimescaleDB')
    const without = { ...fresh.database, timescale: false }
    await expect(migrate(without, silentLogger)).rejects.toMatchObject({
      code: 'database-schema',
      message: expect.stringContaining('needs TimescaleDB') as string,
    })
  })

  test('run statements outside of a transaction where they are marked so', async () => {
    const head = '-- transaction: none\n'
    const vacuum = parseMigration('9000-vacuum', `${head}\nVACUUM device;\n\nVACUUM part;\n`)
    const all = [...(await readMigrations()), vacuum]
    expect(await migrate(fresh.database, silentLogger, all)).toEqual(['9000-vacuum'])
  })

  test('leave nothing of a migration that fails half way', async () => {
    const other = await freshDatabase({ migrated: false })
    const broken = parseMigration('0001-x', 'CREATE TABLE half (id int);\nSELECT nonsense();')
    await expect(migrate(other.database, silentLogger, [broken])).rejects.toMatchObject({
      code: 'internal',
      message: expect.stringContaining('0001-x') as string,
    })
    const { rows } = await other.database.pool.query(`SELECT to_regclass('half') AS half`)
    expect(rows).toEqual([{ half: null }])
    await other.drop()
  })
})

test('the committed migrations are what the declared kinds ask for', async () => {
  expect(kindMigrations(await readMigrations())).toEqual([])
})
