import type { Reading } from '#model/reading.ts'
import { minutes } from '#model/time.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Config } from '#runtime/config.ts'
import type { Logger } from '#runtime/logger.ts'
import { repeat } from '#runtime/repeat.ts'
import type { Shutdown } from '#runtime/shutdown.ts'
import type { Database } from '#store/database.ts'
import { createAggregateQueries } from '#store/queries/aggregates.ts'
import { createTopQueries } from '#store/queries/top-devices.ts'
import { TopSummaries } from '#store/tops/top-summaries.ts'

interface TopPartsOptions {
  readonly config: Pick<Config, 'store' | 'ingest'>
  readonly database: Pick<Database, 'pool' | 'timescale'>
  readonly clock: Clock
  readonly log: Logger
}

/** Hours are over once an hour, and late readings come now and again. */
const ROUND = minutes(1)

/**
 * Summaries of readings for the API. They are opened before readings are taken and closed after the last
 * commit; whoever takes readings says so.
 */
export async function openTops(
  { config, database, clock, log }: TopPartsOptions,
  shutdown: Pick<Shutdown, 'add'>,
) {
  const { pool } = database
  const summaries = await TopSummaries.open({
    pool,
    clock,
    horizonDays: config.ingest.maxAgeDays,
    retentionDays: config.store.retentionDays,
  })
  const end = repeat('first devices of hours', ROUND, () => summaries.catchUp(), log, {
    atOnce: true,
  })
  shutdown.add('first devices of hours', async () => {
    summaries.stop()
    await end()
    await summaries.settle()
  })
  return {
    heard: (readings: readonly Reading[]) => summaries.heard(readings),
    summaries: { ...createAggregateQueries(database), ...createTopQueries({ pool, summaries }) },
  }
}
