import type { Pool, PoolClient } from 'pg'
import {
  type ImportReason,
  type ImportReport,
  type ImportWay,
  REPORTED_ROWS_MAX,
  type RefusedRow,
} from '#model/import-report.ts'
import { isStorable } from '#model/storable.ts'
import { inTransaction, query } from '#store/query.ts'
import type { Check } from './check.ts'
import type { ImportRow } from './import-row.ts'
import { lockImports } from './registry-lock.ts'

/** How rows of one sort of object are judged and written. */
export interface ImportPlan<Value> {
  /** The property that is the identity of a row. */
  readonly id: 'id' | 'code'
  readonly check: Check
  /** Further reasons that only the database knows, by the identities of rows without fault. */
  judge(
    client: PoolClient,
    rows: readonly Value[],
  ): Promise<ReadonlyMap<string, readonly ImportReason[]>>
  /** Writes rows that passed; hands back the secrets it made up. */
  write(client: PoolClient, rows: readonly Value[]): Promise<ImportReport['secrets']>
  /** The last work of the transaction. */
  finish?(client: PoolClient): Promise<void>
}

const BATCH_ROWS = 500

/** An upload may take its time between two batches; the server must not end the transaction. */
const IDLE_TIMEOUT = '10min'

interface Judged {
  readonly row: ImportRow
  readonly id: string | null
  readonly reasons: ImportReason[]
}

/**
 * Imports rows in one transaction, a few hundred at a time, so that a file of any length takes the
 * same memory. Every row is judged.
 *
 * @throws what the rows throw, and what the database says; then nothing was kept
 */
export async function runImport<Value>(
  pool: Pool,
  rows: AsyncIterable<ImportRow>,
  way: ImportWay,
  plan: ImportPlan<Value>,
): Promise<ImportReport> {
  const refused: RefusedRow[] = []
  const secrets: { id: string; secret: string }[] = []
  let [accepted, rejected] = [0, 0]
  /** Whether nothing will be kept, whatever comes. */
  const isLost = (): boolean => way === 'check' || (way === 'whole' && rejected > 0)

  const take = async (client: PoolClient, batch: readonly ImportRow[]): Promise<void> => {
    const judged = await judgeBatch(client, batch, plan)
    const good = judged.filter(({ reasons }) => reasons.length === 0)
    for (const { row, id, reasons } of judged) {
      if (reasons.length === 0) continue
      rejected += 1
      if (refused.length < REPORTED_ROWS_MAX) refused.push({ line: row.line, id, reasons })
    }
    accepted += good.length
    if (good.length === 0 || isLost()) return
    secrets.push(
      ...(await plan.write(
        client,
        good.map(({ row }) => row.value as Value),
      )),
    )
  }

  const committed = await inTransaction(pool, async (client) => {
    await lockImports(client)
    await query(client, `set local idle_in_transaction_session_timeout = '${IDLE_TIMEOUT}'`)
    await query(
      client,
      'create temporary table import_seen (id text primary key, line integer, position integer) ' +
        'on commit drop',
    )
    for await (const batch of inBatches(rows)) await take(client, batch)
    if (isLost()) throw new NothingKept()
    await plan.finish?.(client)
    return true
  }).catch((error: unknown) => {
    if (error instanceof NothingKept) return false
    throw error
  })
  return { committed, accepted, rejected, rows: refused, secrets: committed ? secrets : [] }
}

/** Undoes the transaction of an import that keeps nothing. */
class NothingKept extends Error {}

async function* inBatches(rows: AsyncIterable<ImportRow>): AsyncGenerator<ImportRow[]> {
  let batch: ImportRow[] = []
  for await (const row of rows) {
    batch.push(row)
    if (batch.length < BATCH_ROWS) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

async function judgeBatch<Value>(
  client: PoolClient,
  batch: readonly ImportRow[],
  plan: ImportPlan<Value>,
): Promise<Judged[]> {
  const judged: Judged[] = batch.map((row) => {
    const id = row.value[plan.id]
    return {
      row,
      id: typeof id === 'string' ? id : null,
      reasons: [...row.reasons, ...(isUnread(row) ? [] : plan.check(row.value))],
    }
  })
  await addDuplicates(client, judged)
  const good = judged.filter(({ reasons }) => reasons.length === 0)
  const further = await plan.judge(
    client,
    good.map(({ row }) => row.value as Value),
  )
  for (const { id, reasons } of good) reasons.push(...(further.get(id ?? '') ?? []))
  return judged
}

/** A row the reader could make nothing of: what it lacks says nothing more. */
const isUnread = (row: ImportRow): boolean =>
  row.reasons.length > 0 && Object.keys(row.value).length === 0

/** The identities seen so far are kept in a table, because a file may have millions. */
async function addDuplicates(client: PoolClient, judged: readonly Judged[]): Promise<void> {
  const named = judged
    .map((entry, position) => ({ ...entry, position }))
    .filter(({ id }) => id !== null && isStorable(id))
  const given = JSON.stringify(
    named.map(({ id, row, position }) => ({ id, line: row.line, position })),
  )
  // The first of an identity is put in and comes back as new; all others find it there.
  const firsts = await query<{ id: string; position: number }>(
    client,
    `insert into import_seen (id, line, position)
     select id, line, position from jsonb_to_recordset($1::jsonb)
       as given(id text, line integer, position integer)
     order by position on conflict do nothing returning id, position`,
    [given],
  )
  if (firsts.length === named.length) return
  const seen = await query<{ id: string; line: number }>(
    client,
    'select id, line from import_seen where id = any($1)',
    [named.map(({ id }) => id)],
  )
  const lineOf = new Map(seen.map(({ id, line }) => [id, line]))
  const isFirst = new Set(firsts.map(({ position }) => position))
  for (const { id, reasons, position } of named) {
    if (isFirst.has(position)) continue
    const detail = `${id} stands on line ${lineOf.get(id ?? '')} already`
    reasons.push({ code: 'duplicate', detail })
  }
}
