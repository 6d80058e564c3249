import { messageOf } from '#model/error.ts'
import { days, type EpochMs, minus } from '#model/time.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Logger } from '#runtime/logger.ts'
import type { Database } from './database.ts'
import { dropOldPartitions, makeCurrentPartitions } from './partitions.ts'
import { query } from './query.ts'
import { applyPolicies } from './timescale-policies.ts'
import { formatTimestamp } from './timestamp.ts'

export interface MaintenanceOptions {
  /** Readings older than this are dropped; 0 keeps all. */
  readonly retentionDays: number
  /** Readings older than this are not taken any more, so what lies behind it changes no more. */
  readonly horizonDays: number
}

const EVERY_MS = 3_600_000
/** Where readings are kept for ever, it is known for so long when Wanmi listened. */
const LISTENED_DAYS = 366

/**
 * Keeps partitions ready ahead of time and drops those past their retention, hourly. With TimescaleDB
 * both are the database's own work and its policies are set once. When Wanmi listened is forgotten
 * with the readings of that time.
 */
export class Maintenance {
  readonly #database: Database
  readonly #options: MaintenanceOptions
  readonly #clock: Clock
  readonly #log: Logger
  #timer: NodeJS.Timeout | undefined
  #round: Promise<void> = Promise.resolve()

  constructor(database: Database, options: MaintenanceOptions, clock: Clock, log: Logger) {
    this.#database = database
    this.#options = options
    this.#clock = clock
    this.#log = log
  }

  /**
   * Resolves after the first round, with everything ready for readings of now.
   *
   * @throws Unavailable `database-unavailable`
   */
  async start(): Promise<void> {
    await this.run()
    this.#timer = setInterval(() => {
      this.#round = this.#tryRun()
    }, EVERY_MS)
    this.#timer.unref()
  }

  /** One round. */
  async run(): Promise<void> {
    const { pool, timescale } = this.#database
    if (timescale) await applyPolicies(pool, this.#options)
    else await this.#keepPartitions(this.#clock.now())
    await this.#forgetListened()
  }

  async #keepPartitions(now: EpochMs): Promise<void> {
    const { pool } = this.#database
    await makeCurrentPartitions(pool, now)
    const { retentionDays } = this.#options
    if (retentionDays > 0) await dropOldPartitions(pool, minus(now, days(retentionDays)), this.#log)
  }

  /** The last of the old spans stays: what comes after it was a break. */
  async #forgetListened(): Promise<void> {
    const { retentionDays, horizonDays } = this.#options
    const kept = retentionDays > 0 ? Math.max(retentionDays, horizonDays) : LISTENED_DAYS
    await query(
      this.#database.pool,
      `DELETE FROM listened
       WHERE to_at < (SELECT max(to_at) FROM listened WHERE to_at < $1::timestamptz)`,
      [formatTimestamp(minus(this.#clock.now(), days(kept)))],
    )
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#round
  }

  /** Partitions stand ready for weeks: a round that fails can wait for the next. */
  async #tryRun(): Promise<void> {
    try {
      if (this.#database.timescale) await this.#forgetListened()
      else await this.run()
    } catch (error) {
      this.#log.warn({ reason: messageOf(error) }, 'maintenance of the reading tables failed')
    }
  }
}
