import type { Reading } from '#model/reading.ts'
import { minutes } from '#model/time.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Config } from '#runtime/config.ts'
import type { Logger } from '#runtime/logger.ts'
import { repeat } from '#runtime/repeat.ts'
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
 * Summaries of readings for the API. They are told of what is committed from the moment on in which no
 * other process commits, then opened, and closed after the last commit.
 */
export function createTops({ config, database, clock, log }: TopPartsOptions) {
  const { pool } = database
  const summaries = new TopSummaries({
    pool,
    clock,
    horizonDays: config.ingest.maxAgeDays,
    retentionDays: config.store.retentionDays,
  })
  let end: (() => Promise<void>) | undefined
  let closed: Promise<void> | undefined
  const close = async (): Promise<void> => {
    summaries.stop()
    await end?.()
    if (end) await summaries.settle()
  }
  return {
    heard: (readings: readonly Reading[]) => summaries.heard(readings),
    async open(): Promise<void> {
      await summaries.open()
      const work = (): Promise<void> => summaries.catchUp()
      end = repeat('first devices of hours', ROUND, work, log, { atOnce: true })
    },
    /** Once, however often it is called. */
    close: (): Promise<void> => (closed ??= close()),
    summaries: { ...createAggregateQueries(database), ...createTopQueries({ pool, summaries }) },
  }
}
