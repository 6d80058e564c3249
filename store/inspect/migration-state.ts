import type { Pool } from 'pg'
import { readMigrations } from '#store/migration.ts'

/** How the tables of a database stand to this version of Wanmi; migrations by their names. */
export interface MigrationState {
  readonly applied: number
  /** Run by the next start. */
  readonly pending: readonly string[]
  /** A newer Wanmi made them. */
  readonly unknown: readonly string[]
  readonly edited: readonly string[]
}

/** Compares and changes nothing: an empty database has everything pending. */
export async function migrationState(pool: Pick<Pool, 'query'>): Promise<MigrationState> {
  const applied = await readApplied(pool)
  const storage = [...applied.keys()].some((name) => name.endsWith('.timescale'))
    ? 'timescale'
    : 'native'
  const all = await readMigrations()
  const known = new Map(all.map((migration) => [migration.name, migration]))
  const names = [...applied.keys()]
  return {
    applied: applied.size,
    pending: all
      .filter(({ only }) => only === null || only === storage)
      .map(({ name }) => name)
      .filter((name) => !applied.has(name)),
    unknown: names.filter((name) => !known.has(name)),
    edited: names.filter((name) => {
      const migration = known.get(name)
      return migration !== undefined && migration.checksum !== applied.get(name)
    }),
  }
}

/** Checksums by name; empty before the first start. */
async function readApplied(pool: Pick<Pool, 'query'>): Promise<ReadonlyMap<string, string>> {
  const made = await pool.query(`SELECT 1 WHERE to_regclass('schema_migration') IS NOT NULL`)
  if (made.rowCount === 0) return new Map()
  const { rows } = await pool.query<{ name: string; checksum: string }>(
    'SELECT name, checksum FROM schema_migration ORDER BY name',
  )
  return new Map(rows.map(({ name, checksum }) => [name, checksum]))
}
