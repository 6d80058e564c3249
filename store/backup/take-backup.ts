import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createZstdCompress } from 'node:zlib'
import type { Client } from 'pg'
import { to as copyTo } from 'pg-copy-streams'
import { Rejected } from '#model/error.ts'
import { connect, type Database } from '#store/database.ts'
import { databaseError } from '#store/database-error.ts'
import type { BackupHead, BackupSummary, TableEnd } from './backup-document.ts'
import { backupTables } from './backup-tables.ts'
import { isFileError } from './file-error.ts'
import { FrameWriter } from './frames.ts'

type Source = Pick<Database, 'connection' | 'timescale' | 'version'>

/**
 * Writes everything that is in a database to a file, as it was at one moment, while the service goes
 * on. The file is there under its name when it is whole and on the disk, and not before.
 *
 * @throws Rejected `invalid-input` when there is nothing to back up, Unavailable
 *   `database-unavailable`, or an error of the file system
 */
export async function takeBackup(database: Source, file: string): Promise<BackupSummary> {
  const client = await connect(database.connection).catch((error: unknown) => {
    throw databaseError(error)
  })
  const part = `${file}.part`
  try {
    // One snapshot for every statement, and no partition of it is dropped meanwhile.
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    const head = await headOf(client, database)
    await client.query(
      `LOCK TABLE ${head.tables.map(({ name }) => name).join(', ')} IN ACCESS SHARE MODE`,
    )
    const ends: TableEnd[] = []
    await write(part, frames(client, head, ends))
    await client.query('COMMIT')
    await rename(part, file)
    return { takenAt: head.takenAt, tables: ends, rows: total(ends) }
  } catch (error) {
    await rm(part, { force: true })
    throw isFileError(error) ? error : databaseError(error)
  } finally {
    await client.end()
  }
}

async function headOf(client: Client, { timescale, version }: Source): Promise<BackupHead> {
  const made = await client.query(`SELECT 1 WHERE to_regclass('schema_migration') IS NOT NULL`)
  if (made.rowCount === 0) {
    throw new Rejected('invalid-input', 'there is nothing to back up: the database is empty')
  }
  const migrations = await client.query<{ name: string; checksum: string }>(
    'SELECT name, checksum FROM schema_migration ORDER BY name',
  )
  const now = await client.query<{ now: number }>('SELECT now() AS now')
  // They are counted outside of the snapshot, which can only make them larger.
  const sequences = await client.query<{ name: string; last: number }>(
    `SELECT sequencename::text AS name, last_value AS last FROM pg_sequences
     WHERE schemaname = current_schema() AND last_value IS NOT NULL ORDER BY 1`,
  )
  return {
    wanmi: 'backup',
    format: 1,
    takenAt: new Date(now.rows[0]?.now ?? 0).toISOString(),
    postgres: version,
    timescale,
    migrations: migrations.rows,
    tables: await backupTables(client, timescale),
    sequences: sequences.rows,
  }
}

/** `ends` is filled as tables are through. */
async function* frames(client: Client, head: BackupHead, ends: TableEnd[]): AsyncGenerator<Buffer> {
  const writer = new FrameWriter()
  yield writer.note(head)
  for (const { name, columns } of head.tables) {
    const rows = client.query(copyTo(`COPY (SELECT ${columns.join(', ')} FROM ${name}) TO STDOUT`))
    for await (const bytes of rows) yield writer.rows(bytes as Buffer)
    const end = { table: name, rows: rows.rowCount }
    ends.push(end)
    yield writer.note(end)
  }
  yield writer.note({ end: true, rows: total(ends), sha256: writer.digest() })
}

const total = (ends: readonly TableEnd[]): number => ends.reduce((sum, { rows }) => sum + rows, 0)

/** On the disk, not only on its way there. */
const write = (file: string, source: AsyncGenerator<Buffer>): Promise<void> =>
  pipeline(
    Readable.from(source),
    createZstdCompress(),
    createWriteStream(file, { mode: 0o600, flush: true }),
  )
