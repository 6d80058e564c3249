import { randomBytes } from 'node:crypto'
import { readConfig } from '#runtime/config.ts'
import { silentLogger } from '#runtime/logger.ts'
import { openDatabase } from '#store/database.ts'
import { migrate } from '#store/migrate.ts'
import { databaseOn, onServer } from './on-server.ts'

/**
 * A migrated database to copy others from, which takes a tenth of the time of migrating them. It
 * takes no connections: one that is used, by a worker of TimescaleDB too, cannot be copied.
 */
export async function makeTemplate(
  server: string,
): Promise<{ readonly name: string; drop(): Promise<void> }> {
  const name = `wanmi_template_${randomBytes(6).toString('hex')}`
  await onServer(server, `CREATE DATABASE ${name}`)
  const config = { ...readConfig({}).store, databaseUrl: databaseOn(server, name) }
  const database = await openDatabase(config, silentLogger)
  try {
    await migrate(database, silentLogger)
  } finally {
    await database.close()
  }
  await onServer(server, `ALTER DATABASE ${name} WITH ALLOW_CONNECTIONS false`)
  await onServer(
    server,
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`,
  )
  return { name, drop: () => onServer(server, `DROP DATABASE ${name} WITH (FORCE)`) }
}
