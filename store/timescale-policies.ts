import type { Pool } from 'pg'
import { readingTable } from '#model/kind.ts'
import { KINDS } from '#model/kinds.ts'
import { databaseError } from './database-error.ts'
import { aggregateNames } from './reading-ddl.ts'

export interface PolicyOptions {
  /** Readings older than this are dropped; 0 keeps all. */
  readonly retentionDays: number
  /** Readings older than this are not taken any more. */
  readonly horizonDays: number
}

/**
 * Sets what TimescaleDB does by itself: chunks are compressed once no reading can be late enough for
 * them, and dropped past their retention; aggregates are brought up to date as far back as readings
 * still come, and compressed behind that, for of readings by the hour they take more than these. Set
 * anew each time, for the days may have been changed in the configuration.
 *
 * @throws Unavailable `database-unavailable`
 */
export async function applyPolicies(pool: Pool, options: PolicyOptions): Promise<void> {
  const statements = KINDS.flatMap((kind) => tablePolicies(readingTable(kind), options))
  try {
    // Several statements in one query are one transaction.
    await pool.query(statements.join(';\n'))
  } catch (error) {
    throw databaseError(error)
  }
}

function tablePolicies(table: string, { retentionDays, horizonDays }: PolicyOptions): string[] {
  const kept = retentionDays > 0 ? retentionDays : Number.POSITIVE_INFINITY
  const statements = [
    `SELECT remove_compression_policy('${table}', if_exists => true)`,
    `SELECT remove_retention_policy('${table}', if_exists => true)`,
  ]
  if (horizonDays < kept) {
    statements.push(`SELECT add_compression_policy('${table}', INTERVAL '${horizonDays} days')`)
  }
  if (retentionDays > 0) {
    statements.push(`SELECT add_retention_policy('${table}', INTERVAL '${retentionDays} days')`)
  }
  // A window that reached behind the retention would take dropped readings for none; one shorter
  // than a few days would not hold two buckets of a day.
  const window = Math.max(Math.min(horizonDays + 1, kept), 4)
  for (const aggregate of aggregateNames(table)) {
    statements.push(
      `SELECT remove_compression_policy('${aggregate}', if_exists => true)`,
      `SELECT remove_continuous_aggregate_policy('${aggregate}', if_exists => true)`,
      `SELECT add_continuous_aggregate_policy('${aggregate}',
         start_offset => INTERVAL '${window} days', end_offset => INTERVAL '1 hour',
         schedule_interval => INTERVAL '1 hour')`,
    )
    // It must not reach what is still brought up to date.
    statements.push(
      makeCompressible(aggregate),
      `SELECT add_compression_policy('${aggregate}', INTERVAL '${window + 1} days')`,
    )
  }
  return statements
}

const makeCompressible = (aggregate: string): string => `DO $$ BEGIN
  IF EXISTS (SELECT FROM timescaledb_information.continuous_aggregates
    WHERE view_name = '${aggregate}' AND NOT compression_enabled)
  THEN ALTER MATERIALIZED VIEW ${aggregate} SET (timescaledb.compress = true,
    timescaledb.compress_segmentby = 'device_id', timescaledb.compress_orderby = 'bucket'); END IF;
END $$`
