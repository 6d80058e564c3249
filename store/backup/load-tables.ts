import { once } from 'node:events'
import { finished } from 'node:stream/promises'
import type { Client } from 'pg'
import { type CopyStreamQuery, from as copyFrom } from 'pg-copy-streams'
import type { BackedUpTable, BackupEnd, TableEnd } from './backup-document.ts'
import { damaged } from './frames.ts'
import type { OpenBackup } from './read-backup.ts'

/**
 * Fills the tables of a database from a backup, in the open transaction of the client. What
 * migrations have put into them gives way; triggers rest, for what they did is in the backup.
 *
 * @throws Rejected `invalid-input` when the backup is damaged
 */
export async function loadTables(
  client: Client,
  { head, frames }: OpenBackup,
): Promise<readonly TableEnd[]> {
  const ends: TableEnd[] = []
  const left = [...head.tables]
  const withTriggers = await tablesWithTriggers(client)
  for (const name of withTriggers) await client.query(`ALTER TABLE ${name} DISABLE TRIGGER USER`)
  await client.query(`TRUNCATE ${head.tables.map(({ name }) => name).join(', ')}`)
  let open: CopyStreamQuery | undefined
  let end: BackupEnd | undefined
  for await (const frame of frames) {
    if (frame.type === 'rows') {
      open ??= begin(client, left[0])
      if (!open.write(frame.bytes)) await once(open, 'drain')
    } else if ('table' in frame.note) {
      open ??= begin(client, left[0])
      const rows = await finish(open)
      const table = left.shift()?.name
      if (table !== frame.note.table || rows !== frame.note.rows) {
        throw damaged(`${frame.note.table} has ${rows} rows and should have ${frame.note.rows}`)
      }
      ends.push(frame.note)
      open = undefined
    } else if ('end' in frame.note) {
      end = frame.note
    }
  }
  if (!end || left.length > 0) throw damaged('tables are missing')
  for (const { name, last } of head.sequences) {
    await client.query('SELECT setval($1::regclass, $2)', [name, last])
  }
  for (const name of withTriggers) await client.query(`ALTER TABLE ${name} ENABLE TRIGGER USER`)
  return ends
}

function begin(client: Client, table: BackedUpTable | undefined): CopyStreamQuery {
  if (!table) throw damaged('it has a table that it does not name')
  const stream = client.query(
    copyFrom(`COPY ${table.name} (${table.columns.join(', ')}) FROM STDIN`),
  )
  // It is told again by whoever waits for it.
  stream.on('error', () => undefined)
  return stream
}

async function finish(stream: CopyStreamQuery): Promise<number> {
  stream.end()
  await finished(stream)
  return stream.rowCount
}

/** Of ours: TimescaleDB has triggers of its own on its tables. */
async function tablesWithTriggers(client: Client): Promise<readonly string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT DISTINCT c.relname::text AS name FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
     WHERE NOT t.tgisinternal AND t.tgname NOT LIKE 'ts\\_%'
       AND c.relnamespace = current_schema()::regnamespace AND NOT c.relispartition
     ORDER BY 1`,
  )
  return rows.map(({ name }) => name)
}
