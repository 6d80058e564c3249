import { randomBytes } from 'node:crypto'
import { inject } from 'vitest'
import { type Config, readConfig } from '#runtime/config.ts'
import { silentLogger } from '#runtime/logger.ts'
import { type Database, openDatabase } from '#store/database.ts'
import type { TestServer } from './database-server.ts'
import { databaseOn, onServer } from './on-server.ts'

export interface TestDatabase {
  /** Open and migrated; `database.pool` for queries. */
  readonly database: Database
  /** For parts that open it themselves. */
  readonly url: string
  /** The store's slice of the configuration, with `databaseUrl` set. */
  readonly config: Config['store']
  /** Closes `database` and drops it, whoever is still connected. */
  drop(): Promise<void>
}

/**
 * An empty, migrated database of its own for a test file, on the one PostgreSQL server of the run:
 *
 *     let test: TestDatabase
 *     beforeAll(async () => { test = await freshDatabase() })
 *     afterAll(() => test.drop())
 *
 * The server is the embedded one. Where there is another, the store's tests run a second time on
 * it: see `vitest.config.ts`. With TimescaleDB there, readings are in hypertables. `migrated: false`
 * leaves out the tables.
 */
export async function freshDatabase({ migrated = true } = {}): Promise<TestDatabase> {
  const server = await testServer()
  const name = `wanmi_test_${randomBytes(6).toString('hex')}`
  const model = migrated ? ` TEMPLATE ${server.template}` : ''
  await onServer(server.url, `CREATE DATABASE ${name}${model}`)
  const url = databaseOn(server.url, name)
  const config = { ...readConfig({}).store, databaseUrl: url }
  const database = await openDatabase(config, silentLogger)
  const drop = async (): Promise<void> => {
    await database.close()
    await onServer(server.url, `DROP DATABASE ${name} WITH (FORCE)`)
  }
  return { database, url, config, drop }
}

async function testServer(): Promise<TestServer> {
  const response = await fetch(inject('databaseStarter'))
  const text = await response.text()
  if (!response.ok) throw new Error(`the test database does not start: ${text}`)
  return JSON.parse(text) as TestServer
}
