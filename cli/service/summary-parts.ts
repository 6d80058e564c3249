import type { Reading } from '#model/reading.ts'
import { minutes } from '#model/time.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Config } from '#runtime/config.ts'
import type { Logger } from '#runtime/logger.ts'
import { repeat } from '#runtime/repeat.ts'
import type { Database } from '#store/database.ts'
import { DaySummaries } from '#store/days/day-summaries.ts'
import { createAggregateQueries } from '#store/queries/aggregates.ts'
import { createTopQueries } from '#store/queries/top-devices.ts'
import { TopSummaries } from '#store/tops/top-summaries.ts'

interface SummaryPartsOptions {
  readonly config: Pick<Config, 'store' | 'ingest'>
  readonly database: Pick<Database, 'pool' | 'timescale'>
  readonly clock: Clock
  readonly log: Logger
}

/** Hours end once an hour, late readings come now and again, and a start has better things to do. */
const ROUND = minutes(1)

/**
 * Summaries of readings for the API. They are told of what is committed from the moment on in which no
 * other process commits, then opened, and closed after the last commit.
 */
export function createSummaries({ config, database, clock, log }: SummaryPartsOptions) {
  const { pool, timescale } = database
  const options = {
    pool,
    clock,
    horizonDays: config.ingest.maxAgeDays,
    retentionDays: config.store.retentionDays,
  }
  const tops = new TopSummaries({ ...options, timescale })
  const days = timescale ? null : new DaySummaries(options)
  const all = days === null ? [tops] : [tops, days]
  let end: (() => Promise<void>) | undefined
  let closed: Promise<void> | undefined
  const close = async (): Promise<void> => {
    for (const each of all) each.stop()
    await end?.()
    if (end) for (const each of all) await each.settle()
  }
  return {
    heard(readings: readonly Reading[]): void {
      for (const each of all) each.heard(readings)
    },
    async open(): Promise<void> {
      await Promise.all(all.map((each) => each.open()))
      const work = async (): Promise<void> => {
        for (const each of all) await each.catchUp()
      }
      end = repeat('summaries of readings', ROUND, work, log)
    },
    /** Once, however often it is called. */
    close: (): Promise<void> => (closed ??= close()),
    ports: {
      ...createAggregateQueries({ pool, timescale, days }),
      ...createTopQueries({ pool, summaries: tops, days }),
    },
  }
}
