import type { Client } from 'pg'
import { Broken, messageOf, Rejected } from '#model/error.ts'
import type { Logger } from '#runtime/logger.ts'
import { connect, type Database } from './database.ts'
import { databaseError, sqlState } from './database-error.ts'
import { type Migration, paragraphs, readMigrations } from './migration.ts'
import { BOOKS, refuseHalfRestored } from './restore-mark.ts'

// Any number nobody else uses: one process migrates, the others wait for it.
const LOCK = 7_203_114_508

/**
 * Brings the tables to this version of Wanmi.
 *
 * @returns the names of the migrations that were run
 * @throws Rejected `database-schema` when an applied migration was edited or is unknown here, or a
 *   restore was broken off,
 *   Broken `internal` when one fails, Unavailable `database-unavailable`
 */
export async function migrate(
  database: Pick<Database, 'connection' | 'timescale'>,
  log: Logger,
  migrations?: readonly Migration[],
  { isRestoring = false } = {},
): Promise<readonly string[]> {
  const all = migrations ?? (await readMigrations())
  const storage = database.timescale ? 'timescale' : 'native'
  const wanted = all.filter(({ only }) => only === null || only === storage)
  let client: Client | undefined
  try {
    client = await connect(database.connection)
    await client.query('SELECT pg_advisory_lock($1)', [LOCK])
    await client.query(BOOKS)
    if (!isRestoring) await refuseHalfRestored(client)
    const pending = await findPending(client, wanted, database.timescale)
    for (const migration of pending) {
      await apply(client, migration)
      log.info({ migration: migration.name }, 'migrated the database')
    }
    return pending.map(({ name }) => name)
  } catch (error) {
    throw databaseError(error)
  } finally {
    await client?.end()
  }
}

async function findPending(
  client: Client,
  wanted: readonly Migration[],
  timescale: boolean,
): Promise<readonly Migration[]> {
  const { rows } = await client.query<{ name: string; checksum: string }>(
    'SELECT name, checksum FROM schema_migration ORDER BY name',
  )
  const known = new Map(wanted.map((migration) => [migration.name, migration]))
  for (const { name, checksum } of rows) {
    const migration = known.get(name)
    if (!timescale && name.endsWith('.timescale')) {
      throw misfit(name, 'which needs TimescaleDB: the server has none that can be used')
    }
    if (!migration) throw misfit(name, 'which this version does not have: use a newer Wanmi')
    if (migration.checksum !== checksum) throw misfit(name, 'which was edited since')
  }
  const applied = new Set(rows.map(({ name }) => name))
  return wanted.filter(({ name }) => !applied.has(name))
}

const misfit = (name: string, why: string): Rejected =>
  new Rejected('database-schema', `the database was made with migration ${name}, ${why}`, {
    detail: { migration: name },
  })

async function apply(client: Client, migration: Migration): Promise<void> {
  const { name, checksum } = migration
  try {
    if (migration.transaction) {
      await client.query('BEGIN')
      await client.query(migration.sql)
    } else {
      for (const statement of paragraphs(migration)) await client.query(statement)
    }
    await client.query('INSERT INTO schema_migration (name, checksum) VALUES ($1, $2)', [
      name,
      checksum,
    ])
    if (migration.transaction) await client.query('COMMIT')
  } catch (error) {
    if (sqlState(error) === undefined) throw error
    throw new Broken('internal', `migration ${name} failed: ${messageOf(error)}`, {
      detail: { migration: name },
      cause: error,
    })
  }
}
