import type { ClientBase, Pool } from 'pg'
import { messageOf } from '#model/error.ts'
import { readingTable } from '#model/kind.ts'
import { KINDS } from '#model/kinds.ts'
import { days, type EpochMs, epochMs } from '#model/time.ts'
import type { Logger } from '#runtime/logger.ts'
import { databaseError } from './database-error.ts'
import type { Session } from './query.ts'
import { PARTITION_DAYS } from './reading-ddl.ts'

const PARTITION_MS: number = days(PARTITION_DAYS)
/** How many partitions stand ready before their time comes. */
const AHEAD = 3
// Any number nobody else uses: partitions are made and dropped by one connection at a time.
const LOCK = 7_203_114_509
const DROP_PATIENCE_MS = 2_000

/** Which partition an instant belongs to: weeks since the epoch. */
export const partitionOf = (at: EpochMs): number => Math.floor(at / PARTITION_MS)

export const startOfPartition = (partition: number): EpochMs => epochMs(partition * PARTITION_MS)

/** `reading_x_p20261119`, after its first day. */
export function partitionName(table: string, partition: number): string {
  const day = new Date(startOfPartition(partition)).toISOString().slice(0, 10)
  return `${table}_p${day.replaceAll('-', '')}`
}

/**
 * Makes partitions that are missing. A new one is filled in beside the table and then attached,
 * which, other than making it in place, does not wait for running queries nor hold up new ones.
 */
export async function makePartitions(
  client: ClientBase,
  table: string,
  partitions: readonly number[],
): Promise<void> {
  await client.query('BEGIN')
  try {
    await client.query('SELECT pg_advisory_xact_lock($1)', [LOCK])
    const existing = new Set(
      (await listPartitions(client, table)).map(({ partition }) => partition),
    )
    for (const partition of partitions) {
      if (existing.has(partition)) continue
      const name = partitionName(table, partition)
      const [from, to] = [startOfPartition(partition), startOfPartition(partition + 1)].map((at) =>
        new Date(at).toISOString(),
      )
      await client.query(`
        CREATE TABLE ${name} (LIKE ${table} INCLUDING ALL);
        ALTER TABLE ${table} ATTACH PARTITION ${name} FOR VALUES FROM ('${from}') TO ('${to}')`)
    }
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK')
    throw error
  }
}

/** Those that will be needed soon, of every kind. */
export async function makeCurrentPartitions(pool: Pool, now: EpochMs): Promise<void> {
  const current = partitionOf(now)
  const wanted = Array.from({ length: AHEAD + 2 }, (_, index) => current - 1 + index)
  const client = await pool.connect()
  try {
    for (const kind of KINDS) await makePartitions(client, readingTable(kind), wanted)
  } catch (error) {
    throw databaseError(error)
  } finally {
    client.release()
  }
}

/**
 * Drops partitions whose every reading is older than `before`. Dropping waits for running queries
 * and lets new ones wait behind it, so it gives up soon and is tried again at the next round.
 *
 * @returns the names of the dropped partitions
 */
export async function dropOldPartitions(
  pool: Pool,
  before: EpochMs,
  log: Logger,
): Promise<readonly string[]> {
  const dropped: string[] = []
  const client = await pool.connect()
  try {
    await client.query(`SET lock_timeout = ${DROP_PATIENCE_MS}`)
    for (const kind of KINDS) {
      const table = readingTable(kind)
      for (const { name, partition } of await listPartitions(client, table)) {
        if (startOfPartition(partition + 1) > before) continue
        if (await drop(client, name, log)) dropped.push(name)
      }
    }
    await client.query('RESET lock_timeout')
    return dropped
  } catch (error) {
    throw databaseError(error)
  } finally {
    client.release()
  }
}

async function drop(client: ClientBase, name: string, log: Logger): Promise<boolean> {
  try {
    await client.query(`DROP TABLE ${name}`)
    log.info({ partition: name }, 'dropped readings past their retention')
    return true
  } catch (error) {
    log.warn({ partition: name, reason: messageOf(error) }, 'an old partition is in use; later')
    return false
  }
}

/** Those a table has, in whole or in part, oldest first: of any other time it has no readings. */
export async function partitionsOf(
  session: Session,
  table: string,
  timescale: boolean,
): Promise<readonly number[]> {
  if (!timescale) return (await listPartitions(session, table)).map(({ partition }) => partition)
  const { rows } = await session.query<{ from: number; to: number }>(
    `SELECT range_start AS from, range_end AS to FROM timescaledb_information.chunks
     WHERE hypertable_name = $1 ORDER BY 1`,
    [table],
  )
  const weeks = rows.flatMap(({ from, to }) => {
    const first = partitionOf(epochMs(from))
    return Array.from({ length: partitionOf(epochMs(to - 1)) - first + 1 }, (_, n) => first + n)
  })
  return [...new Set(weeks)]
}

/** By their names, oldest first. */
export async function listPartitions(
  client: Session,
  table: string,
): Promise<readonly { readonly name: string; readonly partition: number }[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
     WHERE i.inhparent = $1::regclass ORDER BY 1`,
    [table],
  )
  return rows.map(({ name }) => {
    const [, year, month, day] = /_p(\d{4})(\d{2})(\d{2})$/.exec(name) ?? []
    const start = Date.UTC(Number(year), Number(month) - 1, Number(day))
    return { name, partition: partitionOf(epochMs(start)) }
  })
}
