import { setTimeout as sleep } from 'node:timers/promises'
import type { Pool } from 'pg'
import { type DeviceKind, readingTable } from '#model/kind.ts'
import { KINDS } from '#model/kinds.ts'
import type { Reading } from '#model/reading.ts'
import { days, type EpochMs, epochMs, hours, minus, minutes } from '#model/time.ts'
import type { Clock } from '#runtime/clock.ts'
import { LateArrivals } from '#store/late-arrivals.ts'
import { partitionsOf, startOfPartition } from '#store/partitions.ts'
import { overMany } from '#store/queries/over-many.ts'
import { inTransaction, query } from '#store/query.ts'
import { SummaryOwner } from '#store/summary-owner.ts'
import { formatTimestamp } from '#store/timestamp.ts'
import { sumUpStatement } from './top-statements.ts'

const HOUR_MS: number = hours(1)
/** An hour is summed up so long after its end, when nearly all of it has come. */
const SETTLING = minutes(5)
/** What was stored before there were summaries is summed up so far back. */
const BACK = days(35)
/** Of fewer it is not asked first in which there are readings. */
const FEW_HOURS = 24
/** The database rests so many times as long as an hour took. */
const REST = 3

export const hourOf = (at: EpochMs): number => Math.floor(at / HOUR_MS)
export const startOfHour = (hour: number): EpochMs => epochMs(hour * HOUR_MS)

const timeOf = (hour: number): string => formatTimestamp(startOfHour(hour))

interface Options {
  readonly pool: Pool
  readonly timescale: boolean
  readonly clock: Clock
  /** Readings older than this are not taken any more. */
  readonly horizonDays: number
  /** Readings older than this are dropped; 0 keeps all. */
  readonly retentionDays: number
}

/** Of one kind, by the number of the hour. */
interface Hours {
  readonly kind: DeviceKind
  /** Summed up, with all that was stored of it. */
  readonly summed: Set<number>
  /** The newest of them, so that what is live is told apart at once. */
  newest: number
}

/**
 * Keeps the first devices of each hour. An hour whose readings are not all in its summary is not among
 * {@link isSummed}: whoever asks reads what is stored of it. Late readings take their hour out until it
 * was summed up again; after a crash so is every hour that late readings could have reached.
 */
export class TopSummaries {
  readonly #options: Options
  readonly #hours = new Map<string, Hours>(
    KINDS.map((kind) => [kind.name, { kind, summed: new Set(), newest: -1 }]),
  )
  readonly #owner = new SummaryOwner('top')
  /** Of which readings were committed while something is being summed up, which may not be in it. */
  readonly #meanwhile = new Set<string>()
  #isBusy = false
  readonly #arrivals = new LateArrivals()
  readonly #stopping = new AbortController()

  constructor(options: Options) {
    this.#options = options
  }

  /**
   * Reads what was summed up before. To be called once no other process takes readings, and told from
   * then on of all that are.
   *
   * @throws Unavailable `database-unavailable`
   */
  async open(): Promise<void> {
    const { pool, clock, horizonDays } = this.#options
    this.#meanwhile.clear()
    this.#isBusy = true
    try {
      const isSettled = await this.#owner.claim(pool)
      const until = isSettled ? null : minus(clock.now(), days(horizonDays + 1))
      const rows = await query<{ kind: string; hour: EpochMs }>(
        pool,
        'select kind, hour from reading_top_hour where $1::timestamptz is null or hour < $1',
        [until === null ? null : formatTimestamp(until)],
      )
      for (const { kind, hour } of rows) this.#note(kind, hourOf(hour))
    } finally {
      this.#isBusy = false
    }
  }

  isSummed(kind: string, hour: number): boolean {
    return this.#hours.get(kind)?.summed.has(hour) ?? false
  }

  /** Readings that were committed: what was summed up without them is so no more. */
  heard(readings: readonly Reading[]): void {
    const now = this.#options.clock.now()
    let [kind, hour] = ['', Number.NaN]
    for (const { device, measuredAt } of readings) {
      const its = hourOf(measuredAt)
      // Readings come in runs of one kind and hour.
      if (its === hour && device.kind === kind) continue
      kind = device.kind
      hour = its
      const hours = this.#hours.get(kind)
      if (hours !== undefined && hour <= hours.newest) {
        hours.summed.delete(hour)
        this.#arrivals.note(kind, hour, now)
      }
      if (this.#isBusy) this.#meanwhile.add(`${kind} ${hour}`)
    }
  }

  /**
   * Sums up what is not, the newest first, unless readings of it still come late. Resolves when nothing is
   * left, or it was stopped. `atOnce`: without rest, and whatever still comes.
   */
  async catchUp({ atOnce = false } = {}): Promise<void> {
    const { clock } = this.#options
    const [oldest, newest] = [this.#oldest(), this.#newest()]
    for (const { kind, partition } of await this.#stored()) {
      const first = Math.max(oldest, hourOf(startOfPartition(partition)))
      const end = Math.min(newest + 1, hourOf(startOfPartition(partition + 1)))
      const isDue = (hour: number): boolean =>
        atOnce || !this.#arrivals.isUnderWay(kind.name, hour, clock.now())
      for (const hour of await this.#missing(kind, first, end, isDue)) {
        if (this.#stopping.signal.aborted) return
        const begun = performance.now()
        await this.#sumUp(kind, hour)
        if (!atOnce) await this.#pause((performance.now() - begun) * REST)
      }
    }
    await this.#forget()
  }

  /** Ends what goes on; to be called before {@link settle}. */
  stop(): void {
    this.#stopping.abort()
  }

  /** In good order, after the last commit: the next start may trust what is summed up. */
  async settle(): Promise<void> {
    await inTransaction(this.#options.pool, async (client) => {
      if (!(await this.#owner.settle(client))) return
      for (const { kind, newest, summed } of this.#hours.values()) {
        if (newest < 0) continue
        const names = [...summed].map(timeOf)
        await query(
          client,
          `delete from reading_top_hour
           where kind = $1 and hour <= $2 and hour <> all($3::timestamptz[])`,
          [kind.name, timeOf(newest), names],
        )
      }
    })
  }

  async #pause(length_ms: number): Promise<void> {
    const { signal } = this.#stopping
    await sleep(length_ms, undefined, { signal }).catch(() => undefined)
  }

  /** Where there may be readings, the newest first. */
  async #stored(): Promise<readonly { readonly kind: DeviceKind; readonly partition: number }[]> {
    const { pool, timescale } = this.#options
    const stored = []
    for (const kind of KINDS) {
      const partitions = await partitionsOf(pool, readingTable(kind), timescale)
      stored.push(...partitions.map((partition) => ({ kind, partition })))
    }
    return stored.sort((a, b) => b.partition - a.partition)
  }

  /** Hours of some that are to be summed up, the newest first. Those without readings need not be. */
  async #missing(
    kind: DeviceKind,
    first: number,
    end: number,
    isDue: (hour: number) => boolean,
  ): Promise<readonly number[]> {
    const all = Array.from({ length: Math.max(0, end - first) }, (_, index) => end - 1 - index)
    const missing = all.filter((hour) => !this.isSummed(kind.name, hour) && isDue(hour))
    if (missing.length <= FEW_HOURS || this.#stopping.signal.aborted) return missing
    const find = (): Promise<readonly number[]> =>
      overMany(this.#options.pool, async (client) => {
        const rows = await query<{ hour: EpochMs }>(
          client,
          `select distinct date_trunc('hour', measured_at) as hour from ${readingTable(kind)}
           where measured_at >= $1 and measured_at < $2`,
          [timeOf(first), timeOf(end)],
        )
        const filled = new Set(rows.map(({ hour }) => hourOf(hour)))
        const empty = missing.filter((hour) => !filled.has(hour))
        await query(
          client,
          `insert into reading_top_hour select $1, * from unnest($2::timestamptz[])
           on conflict do nothing`,
          [kind.name, empty.map(timeOf)],
        )
        return empty
      })
    await this.#noting(kind, find, (empty) => empty)
    return missing.filter((hour) => !this.isSummed(kind.name, hour))
  }

  async #sumUp(kind: DeviceKind, hour: number): Promise<void> {
    this.#arrivals.forget(kind.name, hour)
    const values = [timeOf(hour), timeOf(hour + 1), kind.name]
    const write = (): Promise<unknown> =>
      overMany(this.#options.pool, (client) => query(client, sumUpStatement(kind), values))
    await this.#noting(kind, write, () => [hour])
  }

  /** Takes hours for summed up by what is done, unless readings of them are committed meanwhile. */
  async #noting<Result>(
    { name }: DeviceKind,
    work: () => Promise<Result>,
    hours: (result: Result) => readonly number[],
  ): Promise<void> {
    this.#meanwhile.clear()
    this.#isBusy = true
    try {
      const done = hours(await work())
      for (const hour of done) this.#note(name, hour)
    } finally {
      this.#isBusy = false
    }
  }

  #note(name: string, hour: number): void {
    const hours = this.#hours.get(name)
    if (hours === undefined || this.#meanwhile.has(`${name} ${hour}`)) return
    hours.summed.add(hour)
    hours.newest = Math.max(hours.newest, hour)
  }

  /** The last hour that is over. */
  #newest(): number {
    return hourOf(minus(this.#options.clock.now(), SETTLING)) - 1
  }

  #oldest(): number {
    const { clock, retentionDays, horizonDays } = this.#options
    const back = Math.max(BACK, days(horizonDays))
    const kept = retentionDays > 0 ? Math.min(back, days(retentionDays)) : back
    return hourOf(epochMs(clock.now() - kept)) + 1
  }

  async #forget(): Promise<void> {
    const { pool, clock, retentionDays } = this.#options
    if (retentionDays === 0) return
    const before = formatTimestamp(minus(clock.now(), days(retentionDays)))
    await query(pool, 'delete from reading_top where hour < $1', [before])
    await query(pool, 'delete from reading_top_hour where hour < $1', [before])
  }
}
