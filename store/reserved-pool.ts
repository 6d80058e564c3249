import { Pool } from 'pg'
import { messageOf } from '#model/error.ts'
import type { Config } from '#runtime/config.ts'
import type { Logger } from '#runtime/logger.ts'
import type { Database } from './database.ts'
import { databaseError } from './database-error.ts'

/** As many as are used at a time when devices are recalled. */
const CONNECTIONS = 2

/**
 * Connections for what readings wait for, opened now and kept: queries of the API that pile up, and
 * other programs that take every connection of the server, do not keep readings from being stored.
 *
 * @throws Unavailable `database-unavailable`
 */
export async function openReservedPool(
  { connection }: Pick<Database, 'connection'>,
  { statementTimeoutMs }: Pick<Config['store'], 'statementTimeoutMs'>,
  log: Logger,
): Promise<Pool> {
  const pool = new Pool({
    ...connection,
    max: CONNECTIONS,
    idleTimeoutMillis: 0,
    statement_timeout: statementTimeoutMs,
  })
  pool.on('error', (error) => {
    log.warn({ reason: messageOf(error) }, 'a reserved database connection was lost')
  })
  try {
    const clients = await Promise.all(Array.from({ length: CONNECTIONS }, () => pool.connect()))
    for (const client of clients) client.release()
    return pool
  } catch (error) {
    await pool.end()
    throw databaseError(error)
  }
}
