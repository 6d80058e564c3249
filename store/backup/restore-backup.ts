import type { Client } from 'pg'
import { Rejected } from '#model/error.ts'
import type { Logger } from '#runtime/logger.ts'
import { connect, type Database } from '#store/database.ts'
import { databaseError } from '#store/database-error.ts'
import { migrate } from '#store/migrate.ts'
import { type Migration, readMigrations } from '#store/migration.ts'
import { makePartitions } from '#store/partitions.ts'
import { beginRestore, endRestore } from '#store/restore-mark.ts'
import type { BackupHead, BackupSummary } from './backup-document.ts'
import { isFileError } from './file-error.ts'
import { loadTables } from './load-tables.ts'
import { openBackup } from './read-backup.ts'

type Target = Pick<Database, 'connection' | 'timescale'>

/**
 * Fills an empty database from a backup: the tables are made as they were, filled in one transaction
 * that is committed when the file has proved whole, and then brought to this version. What was
 * broken off may be run again.
 *
 * @throws Rejected `conflict` when the database is not empty, `invalid-input` when the file is
 *   damaged, `database-schema` when a newer Wanmi made it; Unavailable `database-unavailable`
 */
export async function restoreBackup(
  database: Target,
  file: string,
  log: Logger,
): Promise<BackupSummary> {
  const backup = await openBackup(file)
  const { head } = backup
  const migrations = await migrationsOf(head, database.timescale)
  const client = await connect(database.connection).catch((error: unknown) => {
    throw databaseError(error)
  })
  try {
    await beginRestore(client)
    await migrate(database, log, migrations, { isRestoring: true })
    await providePartitions(client, head, database.timescale)
    await client.query('BEGIN')
    const tables = await loadTables(client, backup)
    await endRestore(client)
    await client.query('COMMIT')
    await migrate(database, log)
    if (database.timescale) await refreshAggregates(client, head)
    await client.query('ANALYZE')
    return { takenAt: head.takenAt, tables, rows: tables.reduce((sum, { rows }) => sum + rows, 0) }
  } catch (error) {
    throw isFileError(error) ? error : databaseError(error)
  } finally {
    await client.end()
  }
}

/** Those of the backup, in the form that the storage of this database has. */
async function migrationsOf(head: BackupHead, timescale: boolean): Promise<readonly Migration[]> {
  const storage = timescale ? 'timescale' : 'native'
  const all = (await readMigrations()).filter(({ only }) => only === null || only === storage)
  const known = new Map(all.map((migration) => [baseOf(migration.name), migration]))
  return head.migrations.map(({ name, checksum }) => {
    const migration = known.get(baseOf(name))
    if (!migration) throw misfit(name, 'which this version does not have: use a newer Wanmi')
    if (migration.name === name && migration.checksum !== checksum) {
      throw misfit(name, 'which was edited since')
    }
    return migration
  })
}

const baseOf = (name: string): string => name.replace(/\.(?:native|timescale)$/, '')

const misfit = (name: string, why: string): Rejected =>
  new Rejected('database-schema', `the backup was made with migration ${name}, ${why}`, {
    detail: { migration: name },
  })

async function providePartitions(
  client: Client,
  { tables }: BackupHead,
  timescale: boolean,
): Promise<void> {
  if (timescale) return
  for (const { name, partitions } of tables) {
    if (partitions !== null) await makePartitions(client, name, partitions)
  }
}

/**
 * Their policy looks back only as far as readings still come. Days that were summed up without
 * TimescaleDB are not kept up here, and must not be trusted where the readings go next.
 */
async function refreshAggregates(client: Client, { timescale }: BackupHead): Promise<void> {
  if (!timescale) await client.query('TRUNCATE reading_day, reading_day_done, reading_day_late')
  const { rows } = await client.query<{ name: string }>(
    'SELECT view_name::text AS name FROM timescaledb_information.continuous_aggregates ORDER BY 1',
  )
  for (const { name } of rows) {
    await client.query(`CALL refresh_continuous_aggregate('${name}', NULL, NULL)`)
  }
}
