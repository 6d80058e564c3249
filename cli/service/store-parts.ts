import type { Handover } from '#cli/service/handover.ts'
import { buildGridIndex } from '#rules/grid-index.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Config } from '#runtime/config.ts'
import type { Logger } from '#runtime/logger.ts'
import type { Shutdown } from '#runtime/shutdown.ts'
import { openDatabase } from '#store/database.ts'
import { DeviceDirectory } from '#store/device-directory.ts'
import { History } from '#store/history.ts'
import { lastChange } from '#store/last-change.ts'
import { Maintenance } from '#store/maintenance.ts'
import { migrate } from '#store/migrate.ts'
import { AreaDirectory } from '#store/registry/area-directory.ts'
import { GridLocator } from '#store/registry/grid-locator.ts'
import { openReservedPool } from '#store/reserved-pool.ts'

interface StorePartsOptions {
  readonly config: Pick<Config, 'store' | 'ingest'>
  readonly clock: Clock
  readonly log: Logger
}

/** The database, migrated and looked after, and what of it is kept in memory. */
export async function openStoreParts(
  { config, clock, log }: StorePartsOptions,
  shutdown: Shutdown,
  handover: Handover,
) {
  const database = await openDatabase(config.store, log)
  const close = (): Promise<void> => database.close({ leavesServer: handover.isUnderWay })
  shutdown.add('database', close, { isWaitedFor: database.embedded !== null })
  await migrate(database, log)
  const asOf = await lastChange(database.pool)
  const { retentionDays } = config.store
  const horizonDays = config.ingest.maxAgeDays
  const maintenance = new Maintenance(database, { retentionDays, horizonDays }, clock, log)
  await maintenance.start()
  shutdown.add('maintenance', () => maintenance.stop())
  const { pool } = database
  const directory = await DeviceDirectory.open(pool, log)
  shutdown.add('device directory', () => directory.close())
  const grids = await GridLocator.open(pool, buildGridIndex)
  const areas = await AreaDirectory.open(pool, log)
  shutdown.add('area directory', () => areas.close())
  const reserved = await openReservedPool(database, config.store, log)
  shutdown.add('reserved connections', () => reserved.end())
  const history = new History(pool)
  return { database, asOf, directory, grids, areas, history, recalled: new History(reserved) }
}
