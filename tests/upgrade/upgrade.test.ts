import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startService } from '#main.ts'
import { readConfig } from '#runtime/config.ts'
import { silentLogger } from '#runtime/logger.ts'
import { restoreBackup } from '#store/backup/restore-backup.ts'
import { connect } from '#store/database.ts'
import { migrate } from '#store/migrate.ts'
import { parseMigration, readMigrations } from '#store/migration.ts'
import { freshDatabase, type TestDatabase } from '#tests/support/database.ts'
import { ADMIN_TOKEN } from '#tests/support/service-process.ts'
import { countRows } from './filled-city.ts'
import { knowsItsCity } from './knows-its-city.ts'

const RELEASES = path.join(import.meta.dirname, 'releases')
const KEPT = readdirSync(RELEASES).filter((name) => name.endsWith('.backup'))

/** Tables that a later release took away or filled itself, by the release before. */
const CHANGED: Readonly<Record<string, readonly string[]>> = {
  '0.1.0.backup': ['reading_top_state'],
}

let fresh: TestDatabase
beforeEach(async () => {
  fresh = await freshDatabase({ migrated: false })
})
afterEach(() => fresh.drop())

test('this release is kept for the upgrades of those to come', () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
  const kept = existsSync(path.join(RELEASES, `${version}.backup`))
  expect(kept, 'run once: node tests/upgrade/make-release.ts').toBe(true)
})

describe.each(KEPT)('a database of release %s', (name) => {
  test('becomes one of this version, with all that was in it', async () => {
    const file = path.join(RELEASES, name)
    // Its tables are made by the migrations it was made by: none of them may be edited.
    const { tables } = await restoreBackup(fresh.database, file, silentLogger)
    expect(await migrate(fresh.database, silentLogger)).toEqual([])
    const counts = await countRows(fresh.database.pool)
    const changed = CHANGED[name] ?? []
    for (const { table, rows } of tables) {
      if (changed.includes(table)) continue
      expect(rows, `${name} has something of ${table}`).toBeGreaterThan(0)
      expect(counts[table], table).toBe(rows)
    }
    await knowsItsCity(fresh)
  }, 120_000)
})

test('a database that a newer Wanmi made is refused by the service in one sentence', async () => {
  await migrate(fresh.database, silentLogger)
  await fresh.database.pool.query(
    `INSERT INTO schema_migration (name, checksum) VALUES ('9999-later', 'x')`,
  )
  const config = readConfig({ DATABASE_URL: fresh.url, HTTP_PORT: '0', MQTT_PORT: '0' })
  await expect(startService(config, ADMIN_TOKEN, silentLogger)).rejects.toMatchObject({
    code: 'database-schema',
    message:
      'the database was made with migration 9999-later, which this version does not have: use a newer Wanmi',
  })
})

test('whoever summed up hours and did not end in good order is not trusted after the upgrade', async () => {
  const all = await readMigrations()
  const { pool } = fresh.database
  await migrate(
    fresh.database,
    silentLogger,
    all.filter(({ name }) => name < '0033'),
  )
  const owner = '00000000-0000-4000-8000-000000000001'
  await pool.query('UPDATE reading_top_state SET is_settled = false, owner = $1', [owner])
  expect(await migrate(fresh.database, silentLogger)).toContain('0033-reading-day')
  const { rows } = await pool.query('SELECT * FROM reading_summary_owner ORDER BY summary')
  expect(rows).toEqual([
    { summary: 'day', owner: null, is_settled: true },
    { summary: 'top', owner, is_settled: false },
  ])
})

test('a migration that is cut off half way has done nothing, and the next start does it', async () => {
  const all = await readMigrations()
  await migrate(fresh.database, silentLogger, all)
  const begun = 'CREATE TABLE half (id int); INSERT INTO half VALUES (1);'
  const slow = parseMigration('9000-half', `${begun} SELECT pg_sleep(600);`)
  const migrating = migrate(fresh.database, silentLogger, [...all, slow])
  migrating.catch(() => undefined)
  const watcher = await connect(fresh.database.connection)
  await expect
    .poll(async () => {
      const cut = await watcher.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE query LIKE '%pg_sleep(600)%' AND pid <> pg_backend_pid() AND wait_event = 'PgSleep'`,
      )
      return cut.rowCount
    })
    .toBe(1)
  await expect(migrating).rejects.toMatchObject({ code: expect.any(String) as string })
  const half = `SELECT to_regclass('half') IS NOT NULL AS made`
  expect((await watcher.query(half)).rows).toEqual([{ made: false }])
  const again = parseMigration('9000-half', begun)
  expect(await migrate(fresh.database, silentLogger, [...all, again])).toEqual(['9000-half'])
  expect((await watcher.query(half)).rows).toEqual([{ made: true }])
  await watcher.end()
})
