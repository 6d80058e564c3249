import type { Client } from 'pg'
import { Rejected } from '#model/error.ts'

/** On the table of migrations while a restore is not through: such a database is not to be used. */
const MARK = 'a restore has begun here and has not ended'

/** The table of migrations, which is the first there is. */
export const BOOKS = `
  CREATE TABLE IF NOT EXISTS schema_migration (
    name text PRIMARY KEY,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
  )`

/** @throws Rejected `conflict` unless the database is empty, or a restore into it was broken off */
export async function beginRestore(client: Client): Promise<void> {
  const { rows } = await client.query<{ used: boolean }>(
    `SELECT to_regclass('schema_migration') IS NOT NULL AS used`,
  )
  if (rows[0]?.used === true && !(await isBeingRestored(client))) {
    throw new Rejected('conflict', 'the database is not empty: restore into a new one')
  }
  await client.query(`${BOOKS}; COMMENT ON TABLE schema_migration IS '${MARK}'`)
}

/** In the transaction that fills the tables. */
export const endRestore = async (client: Client): Promise<void> => {
  await client.query('COMMENT ON TABLE schema_migration IS NULL')
}

/** @throws Rejected `database-schema` while a restore is not through */
export async function refuseHalfRestored(client: Client): Promise<void> {
  if (!(await isBeingRestored(client))) return
  throw new Rejected(
    'database-schema',
    'a restore into this database was broken off: run it again, or take a new database',
  )
}

async function isBeingRestored(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ mark: string | null }>(
    `SELECT obj_description(to_regclass('schema_migration'), 'pg_class') AS mark`,
  )
  return rows[0]?.mark === MARK
}
