import { setTimeout as sleep } from 'node:timers/promises'
import { Client, type ClientConfig, escapeIdentifier, Pool } from 'pg'
import { messageOf, Rejected } from '#model/error.ts'
import { milliseconds, seconds } from '#model/time.ts'
import { backoff } from '#runtime/backoff.ts'
import type { Config } from '#runtime/config.ts'
import type { Logger } from '#runtime/logger.ts'
import { databaseError, sqlState } from './database-error.ts'
import { databaseTypes } from './database-types.ts'
import { EmbeddedServer } from './embedded/embedded-server.ts'
import { prepareTimescale } from './timescale.ts'

/** An open database. Tables are made by `migrate`. */
export interface Database {
  /** For queries; each is ended after the configured time. */
  readonly pool: Pool
  /** For connections outside the pool: address, credentials, value parsers. No timeouts. */
  readonly connection: ClientConfig
  /** Readings are in hypertables. False: native partitions. */
  readonly timescale: boolean
  /** Of the server, such as `18.4`. */
  readonly version: string
  /** The server Wanmi runs itself; null when `DATABASE_URL` names one. */
  readonly embedded: EmbeddedServer | null
  /** Ends the server Wanmi runs itself, unless it is left to the process that takes over. */
  close(options?: { readonly leavesServer?: boolean }): Promise<void>
}

/** Of the embedded server. */
export const DATABASE_NAME = 'wanmi'
/** As the server writes it in `server_version_num`. */
export const OLDEST_VERSION = 150_000
const START_PATIENCE_MS = 60_000
const END_PATIENCE_MS = 2_000

/**
 * Opens `DATABASE_URL`, or starts the embedded server. A server that is starting is waited for.
 *
 * @throws Rejected `bad-configuration` (wrong credentials, no such database, too old a server) or
 *   `data-directory`, Unavailable `database-unavailable`, `disk-full` or `port-in-use`
 */
export async function openDatabase(config: Config['store'], log: Logger): Promise<Database> {
  if (config.databaseUrl !== null && !URL.canParse(config.databaseUrl)) {
    throw new Rejected('bad-configuration', 'DATABASE_URL is not an address of a database')
  }
  const embedded = config.databaseUrl === null ? await EmbeddedServer.open(config, log) : null
  try {
    if (embedded) await createDatabase(connectionTo(embedded.url('postgres')))
    const connection = connectionTo(config.databaseUrl ?? embedded?.url(DATABASE_NAME) ?? '')
    const { version, timescale } = await inspect(connection, log)
    const pool = openPool(connection, config, log)
    log.info({ version, timescale, embedded: embedded !== null }, 'the database is open')
    const close: Database['close'] = async ({ leavesServer = false } = {}) => {
      // A query that hangs does not keep our own server from ending, nor outlives it.
      const ended = pool.end()
      await (embedded ? Promise.race([ended, sleep(END_PATIENCE_MS)]) : ended)
      await (leavesServer ? embedded?.leave() : embedded?.stop())
    }
    return { pool, connection, timescale, version, embedded, close }
  } catch (error) {
    await embedded?.stop()
    throw error
  }
}

/** How every connection of Wanmi is opened. */
export const connectionTo = (connectionString: string): ClientConfig => ({
  connectionString,
  application_name: 'wanmi',
  connectionTimeoutMillis: 10_000,
  keepAlive: true,
  // Without statistics, or for a device with far more readings than most, a bitmap scan looks cheap
  // and then sorts the whole history for every page; the index gives the order for nothing.
  options: '-c TimeZone=UTC -c DateStyle=ISO -c enable_bitmapscan=off',
  types: databaseTypes,
})

function openPool(connection: ClientConfig, config: Config['store'], log: Logger): Pool {
  const pool = new Pool({
    ...connection,
    max: config.poolSize,
    statement_timeout: config.statementTimeoutMs,
    idle_in_transaction_session_timeout: config.statementTimeoutMs,
  })
  pool.on('error', (error) => {
    // The embedded server may be gone before a connection that was given up has ended.
    if (pool.ending) return
    log.warn({ reason: messageOf(error) }, 'an idle database connection was lost')
  })
  return pool
}

async function createDatabase(connection: ClientConfig): Promise<void> {
  const client = await connect(connection)
  try {
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [
      DATABASE_NAME,
    ])
    if (found.rowCount === 0)
      await client.query(`CREATE DATABASE ${escapeIdentifier(DATABASE_NAME)}`)
  } finally {
    await client.end()
  }
}

async function inspect(
  connection: ClientConfig,
  log: Logger,
): Promise<Pick<Database, 'version' | 'timescale'>> {
  const client = await connectWhenStarted(connection, log)
  try {
    const answer = await client.query<{ version: string; number: string }>(
      `SELECT current_setting('server_version') AS version,
              current_setting('server_version_num') AS number`,
    )
    const { version, number } = answer.rows[0] ?? { version: 'unknown', number: '0' }
    if (Number(number) < OLDEST_VERSION) {
      throw new Rejected('bad-configuration', `PostgreSQL ${version} is too old: Wanmi needs 15`)
    }
    return { version, timescale: await prepareTimescale(client, log) }
  } finally {
    await client.end()
  }
}

async function connectWhenStarted(connection: ClientConfig, log: Logger): Promise<Client> {
  const deadline = Date.now() + START_PATIENCE_MS
  for (const wait of backoff({ first: milliseconds(100), longest: seconds(3) })) {
    try {
      return await connect(connection)
    } catch (error) {
      if (isFinal(error)) throw refusedByServer(error)
      if (Date.now() + wait > deadline) throw databaseError(error)
      log.warn({ reason: messageOf(error) }, 'waiting for the database')
    }
    await sleep(wait)
  }
  throw new Error('unreachable')
}

/** Classes 28 (credentials) and 3D (no such database): waiting changes nothing. */
const isFinal = (error: unknown): boolean => /^(?:28|3D)/.test(sqlState(error) ?? '')

const refusedByServer = (error: unknown): Rejected =>
  new Rejected('bad-configuration', `DATABASE_URL does not open a database: ${messageOf(error)}`, {
    cause: error,
  })

/** A client whose end, when it is idle, does not end the process. */
export async function connect(connection: ClientConfig): Promise<Client> {
  const client = new Client(connection)
  client.on('error', () => undefined)
  await client.connect()
  return client
}
