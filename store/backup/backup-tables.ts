import type { Client } from 'pg'
import { readingTable } from '#model/kind.ts'
import { KINDS } from '#model/kinds.ts'
import { listPartitions, partitionsOf } from '#store/partitions.ts'
import type { BackedUpTable } from './backup-document.ts'

interface TableRow {
  readonly name: string
  readonly columns: readonly string[]
  readonly refers_to: readonly string[]
}

/** Of the schema, but for what the database or the migrations keep themselves. */
const TABLES = `
  SELECT c.relname::text AS name,
    array(SELECT quote_ident(attname) FROM pg_attribute
          WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
          ORDER BY attnum) AS columns,
    array(SELECT f.relname::text FROM pg_constraint k JOIN pg_class f ON f.oid = k.confrelid
          WHERE k.conrelid = c.oid AND k.contype = 'f' AND k.confrelid <> c.oid) AS refers_to
  FROM pg_class c
  WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
    AND NOT c.relispartition AND c.relname <> 'schema_migration'
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
  ORDER BY 1`

/** Every table, those that others refer to before these. */
export async function backupTables(
  client: Client,
  timescale: boolean,
): Promise<readonly BackedUpTable[]> {
  const { rows } = await client.query<TableRow>(TABLES)
  const ofReadings = new Set(KINDS.map(readingTable))
  const tables: BackedUpTable[] = []
  for (const { name, columns } of inOrder(rows)) {
    const partitions = ofReadings.has(name) ? await filledPartitions(client, name, timescale) : null
    tables.push({ name, columns, partitions })
  }
  return tables
}

function inOrder(rows: readonly TableRow[]): readonly TableRow[] {
  const left = new Map(rows.map((row) => [row.name, row]))
  const ordered: TableRow[] = []
  while (left.size > 0) {
    const free = [...left.values()].filter(({ refers_to }) =>
      refers_to.every((name) => !left.has(name)),
    )
    if (free.length === 0) throw new Error(`tables refer to each other: ${[...left.keys()].join()}`)
    for (const row of free) {
      ordered.push(row)
      left.delete(row.name)
    }
  }
  return ordered
}

async function filledPartitions(
  client: Client,
  table: string,
  timescale: boolean,
): Promise<readonly number[]> {
  if (timescale) return await partitionsOf(client, table, true)
  const found: number[] = []
  for (const { name, partition } of await listPartitions(client, table)) {
    const some = await client.query(`SELECT FROM ${name} LIMIT 1`)
    if (some.rowCount !== 0) found.push(partition)
  }
  return found
}
