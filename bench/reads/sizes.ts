import type { Client } from 'pg'
import { FLEET } from './city-fleet.ts'

export interface Sizes {
  readonly readings_mb: number
  readonly indexes_mb: number
  readonly aggregates_mb: number
  /** Days and hours summed up. */
  readonly days_mb: number
  readonly tops_mb: number
  readonly database_mb: number
}

const MIB = 2 ** 20

/** What the readings and all that is made of them take on the disk. */
export async function sizesOf(client: Client, timescale: boolean): Promise<Sizes> {
  const one = async (text: string): Promise<number> => {
    const { rows } = await client.query<{ bytes: number }>(text)
    return Math.round((rows[0]?.bytes ?? 0) / MIB)
  }
  const sum = async (of: (table: string) => string): Promise<number> => {
    let all = 0
    for (const { table } of FLEET) all += await one(`select ${of(table)} as bytes`)
    return all
  }
  const parts = (table: string, size: string): string =>
    `(select sum(${size}(inhrelid)) from pg_inherits where inhparent = '${table}'::regclass)`
  return {
    readings_mb: timescale
      ? await sum(
          (table) =>
            `(select table_bytes + coalesce(toast_bytes, 0) from hypertable_detailed_size('${table}'))`,
        )
      : await sum((table) => parts(table, 'pg_table_size')),
    indexes_mb: timescale
      ? await sum((table) => `(select index_bytes from hypertable_detailed_size('${table}'))`)
      : await sum((table) => parts(table, 'pg_indexes_size')),
    aggregates_mb: timescale
      ? await one(`select sum(hypertable_size(format('%I.%I', materialization_hypertable_schema,
          materialization_hypertable_name)::regclass)) as bytes from timescaledb_information.continuous_aggregates`)
      : 0,
    days_mb: timescale ? 0 : await one("select pg_total_relation_size('reading_day') as bytes"),
    tops_mb: await one(
      "select pg_total_relation_size('reading_top') + pg_total_relation_size('reading_top_hour') as bytes",
    ),
    database_mb: await one('select pg_database_size(current_database()) as bytes'),
  }
}

/** Brings the continuous aggregates up to date, as their policies do hour by hour. */
export async function refreshAggregates(client: Client): Promise<void> {
  for (const { table } of FLEET) {
    for (const every of ['hourly', 'daily']) {
      await client.query(`CALL refresh_continuous_aggregate('${table}_${every}', NULL, NULL)`)
    }
  }
}

/**
 * Compresses every chunk, as its policy does once no reading can be late enough for it. The service has
 * to have run on the database: it sets how aggregates are compressed.
 */
export async function compressAll(client: Client): Promise<void> {
  for (const { table } of FLEET) {
    for (const name of [table, `${table}_hourly`, `${table}_daily`]) {
      await client.query(
        `SELECT compress_chunk(c, if_not_compressed => true) FROM show_chunks('${name}') AS c`,
      )
    }
    await client.query(`VACUUM ANALYZE ${table}`)
  }
}
