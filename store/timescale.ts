import type { ClientBase } from 'pg'
import { messageOf } from '#model/error.ts'
import type { Logger } from '#runtime/logger.ts'

/**
 * Whether readings are kept in hypertables, and makes the extension where it is to be had. A
 * database whose tables were made without it stays without it, for one schema is never converted
 * into the other behind the operator's back. The edition under the Apache licence has neither
 * compression nor continuous aggregates and counts as none.
 */
export async function prepareTimescale(client: ClientBase, log: Logger): Promise<boolean> {
  if (await isNative(client)) return false
  const available = await client.query(
    `SELECT 1 FROM pg_available_extensions WHERE name = 'timescaledb'`,
  )
  if (available.rowCount === 0) return false
  try {
    await client.query('CREATE EXTENSION IF NOT EXISTS timescaledb')
  } catch (error) {
    log.warn({ reason: messageOf(error) }, 'TimescaleDB is there but cannot be used')
    return false
  }
  const license = await client.query<{ license: string | null }>(
    `SELECT current_setting('timescaledb.license', true) AS license`,
  )
  if (license.rows[0]?.license === 'timescale') return true
  log.warn('TimescaleDB under its Apache licence has no compression; native partitions are used')
  return false
}

async function isNative(client: ClientBase): Promise<boolean> {
  const made = await client.query(`SELECT 1 WHERE to_regclass('schema_migration') IS NOT NULL`)
  if (made.rowCount === 0) return false
  const native = await client.query(
    `SELECT 1 FROM schema_migration WHERE name LIKE '%.native' LIMIT 1`,
  )
  return native.rowCount !== 0
}
