import { Pool } from 'pg'
import { type CityCalendar, cityCalendar } from '#model/city-calendar.ts'
import { connectionTo, OLDEST_VERSION } from '#store/database.ts'
import { readChanges } from '#store/work-calendar/calendar-directory.ts'
import { type MigrationState, migrationState } from './migration-state.ts'

/** What a database says of itself, as an operator would ask it. */
export interface DatabaseFacts {
  readonly version: string
  readonly isTooOld: boolean
  /** Settings without which a commit is not on the disk. */
  readonly durability: { readonly [Name in Durability]: string }
  readonly isReadOnly: boolean
  readonly mayCreate: boolean
  readonly connections: { readonly most: number; readonly used: number }
  readonly sizeBytes: number
  /** Versions; null where there is none. */
  readonly timescale: { readonly available: string | null; readonly installed: string | null }
  /** Its clock less ours, and by how much that may be wrong, ms. */
  readonly clock: { readonly aheadMs: number; readonly withinMs: number }
  readonly migrations: MigrationState
  /** Null where the tables of it are not there yet. */
  readonly calendar: CityCalendar | null
  /** Null where the user may not know it. */
  readonly dataDirectory: string | null
}

export const DURABILITY = ['fsync', 'synchronous_commit', 'full_page_writes'] as const
type Durability = (typeof DURABILITY)[number]

interface FactRow {
  readonly version: string
  readonly number: number
  readonly fsync: string
  readonly synchronous_commit: string
  readonly full_page_writes: string
  readonly read_only: boolean
  readonly may_create: boolean
  readonly most: number
  readonly used: number
  readonly size: number
  readonly available: string | null
  readonly installed: string | null
  readonly directory: string | null
}

/**
 * Asks a database what an operator should know of it, and changes nothing.
 *
 * @throws an error of `pg` when it cannot be reached or refuses the questions
 */
export async function inspectDatabase(url: string): Promise<DatabaseFacts> {
  const pool = new Pool({
    ...connectionTo(url),
    application_name: 'wanmi doctor',
    connectionTimeoutMillis: 5_000,
    statement_timeout: 10_000,
    max: 1,
  })
  // A connection that is lost between two questions fails the next one.
  pool.on('error', () => undefined)
  try {
    const clock = await compareClocks(pool)
    const [row] = (await pool.query<FactRow>(FACTS)).rows
    if (!row) throw new Error('a statement without tables had no answer')
    const migrations = await migrationState(pool)
    return {
      version: row.version,
      isTooOld: row.number < OLDEST_VERSION,
      durability: row,
      isReadOnly: row.read_only,
      mayCreate: row.may_create,
      connections: { most: row.most, used: row.used },
      sizeBytes: row.size,
      timescale: { available: row.available, installed: row.installed },
      clock,
      migrations,
      calendar: await readCalendar(pool),
      dataDirectory: row.directory,
    }
  } finally {
    await pool.end()
  }
}

async function compareClocks(pool: Pool): Promise<DatabaseFacts['clock']> {
  await pool.query('SELECT 1')
  const before = Date.now()
  const { rows } = await pool.query<{ now: number }>(
    'SELECT extract(epoch FROM clock_timestamp())::double precision * 1000 AS now',
  )
  const after = Date.now()
  const aheadMs = Math.round((rows[0]?.now ?? before) - (before + after) / 2)
  return { aheadMs, withinMs: Math.ceil((after - before) / 2) }
}

async function readCalendar(pool: Pool): Promise<CityCalendar | null> {
  const { rows } = await pool.query<{ made: boolean }>(
    `SELECT to_regclass('work_day') IS NOT NULL AND to_regclass('work_hours') IS NOT NULL
       AND to_regclass('work_calendar_known') IS NOT NULL AS made`,
  )
  return rows[0]?.made === true ? cityCalendar(await readChanges(pool)) : null
}

const FACTS = `
  SELECT
    current_setting('server_version') AS version,
    current_setting('server_version_num')::int AS number,
    current_setting('fsync') AS fsync,
    current_setting('synchronous_commit') AS synchronous_commit,
    current_setting('full_page_writes') AS full_page_writes,
    pg_is_in_recovery() OR current_setting('default_transaction_read_only')::boolean AS read_only,
    has_schema_privilege('public', 'CREATE') AS may_create,
    current_setting('max_connections')::int
      - current_setting('superuser_reserved_connections')::int AS most,
    (SELECT count(*)::int FROM pg_stat_activity
     WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()) AS used,
    pg_database_size(current_database())::double precision AS size,
    (SELECT default_version FROM pg_available_extensions WHERE name = 'timescaledb') AS available,
    (SELECT extversion FROM pg_extension WHERE extname = 'timescaledb') AS installed,
    CASE WHEN pg_has_role('pg_read_all_settings', 'USAGE')
      THEN current_setting('data_directory') END AS directory`
