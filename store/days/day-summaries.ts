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
import { inTransaction, query, type Session } from '#store/query.ts'
import { SummaryOwner } from '#store/summary-owner.ts'
import { formatTimestamp } from '#store/timestamp.ts'
import { differing, sumUpDay } from './day-statements.ts'

const DAY_MS: number = days(1)
/** Days are those of China, which has one zone and no summer time. */
const CHINA_MS: number = hours(8)
/** A day is summed up so long after its end, when nearly all of it has come. */
const SETTLING = minutes(10)
/** What was stored before there were summaries is summed up so far back. */
const BACK = days(35)
/** The database rests so many times as long as a day took. */
const REST = 3

/** Days of China since the epoch. */
export const dayOf = (at: EpochMs): number => Math.floor((at + CHINA_MS) / DAY_MS)
export const startOfDay = (day: number): EpochMs => epochMs(day * DAY_MS - CHINA_MS)
/** `2026-11-26` */
export const dateOf = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10)

/** Days a partition has some of. */
function daysOfPartition(partition: number): readonly number[] {
  const first = dayOf(startOfPartition(partition))
  const last = dayOf(epochMs(startOfPartition(partition + 1) - 1))
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}

interface Options {
  readonly pool: Pool
  readonly clock: Clock
  /** Readings older than this are not taken any more. */
  readonly horizonDays: number
  /** Readings older than this are dropped; 0 keeps all. */
  readonly retentionDays: number
}

/** Of one kind. */
interface Days {
  readonly kind: DeviceKind
  /** Summed up, all but the devices of which readings have come since. */
  readonly done: Map<number, Set<string>>
  newest: number
}

/**
 * Keeps the readings of each device by the hour, in a row for each day that is over. A device of which
 * readings came after that is taken out of its day until it was summed up again, and what is stored of
 * it is read. After a crash it is counted which days those are.
 */
export class DaySummaries {
  readonly #options: Options
  readonly #owner = new SummaryOwner('day')
  readonly #days = new Map<string, Days>(
    KINDS.map((kind) => [kind.name, { kind, done: new Map(), newest: Number.NEGATIVE_INFINITY }]),
  )
  /** Days that have to be counted again before they are done. */
  readonly #doubtful = new Map<string, Set<number>>(KINDS.map(({ name }) => [name, new Set()]))
  /** A day that is being summed up, with the devices of which readings came meanwhile. */
  #underWay: { readonly kind: string; readonly day: number; readonly late: Set<string> } | null =
    null
  /** What came while it was read what was summed up before. */
  #early: (readonly Reading[])[] | null = null
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
    this.#early = []
    try {
      await this.#read()
      const early = this.#early
      this.#early = null
      for (const readings of early) this.heard(readings)
    } finally {
      this.#early = null
    }
  }

  async #read(): Promise<void> {
    const { pool, clock, horizonDays } = this.#options
    const isSettled = await this.#owner.claim(pool)
    const doubtfulFrom = isSettled ? Infinity : dayOf(minus(clock.now(), days(horizonDays + 2)))
    const number = "(day - date '1970-01-01')"
    const late = await query<{ kind: string; day: number; device_id: string }>(
      pool,
      `select kind, ${number} as day, device_id from reading_day_late`,
    )
    const lateOf = Map.groupBy(late, ({ kind, day }) => `${kind} ${day}`)
    const done = await query<{ kind: string; day: number }>(
      pool,
      `select kind, ${number} as day from reading_day_done`,
    )
    for (const { kind, day } of done) {
      if (day >= doubtfulFrom) this.#doubtful.get(kind)?.add(day)
      else this.#note(kind, day, lateOf.get(`${kind} ${day}`)?.map((row) => row.device_id) ?? [])
    }
  }

  /** All that is stored of a device and day is in its row, or nothing is. */
  isSummed(kind: string, day: number, deviceId: string): boolean {
    const late = this.#days.get(kind)?.done.get(day)
    return late !== undefined && !late.has(deviceId)
  }

  /** Of which devices a day that was summed up has not all; undefined: of none it need have any. */
  lateOf(kind: string, day: number): ReadonlySet<string> | undefined {
    return this.#days.get(kind)?.done.get(day)
  }

  /** Readings that were committed. */
  heard(readings: readonly Reading[]): void {
    if (this.#early !== null) {
      this.#early.push(readings)
      return
    }
    const now = this.#options.clock.now()
    let [lastKind, lastDay] = ['', Number.NaN]
    for (const { device, measuredAt } of readings) {
      const its = this.#days.get(device.kind)
      const day = dayOf(measuredAt)
      if (its === undefined || (day > its.newest && this.#underWay === null)) continue
      its.done.get(day)?.add(device.id)
      const { kind, day: other, late } = this.#underWay ?? {}
      if (kind === device.kind && other === day) late?.add(device.id)
      if (day === lastDay && device.kind === lastKind) continue
      if (day <= its.newest) this.#arrivals.note(device.kind, day, now)
      lastKind = device.kind
      lastDay = day
    }
  }

  /**
   * Sums up what is not, the newest first, unless readings of it still come late. Resolves when nothing is
   * left, or it was stopped. `atOnce`: without rest, and whatever still comes.
   */
  async catchUp({ atOnce = false } = {}): Promise<void> {
    const { clock } = this.#options
    for (const { name, day } of await this.#stored()) {
      if (this.#stopping.signal.aborted) return
      if (!atOnce && this.#arrivals.isUnderWay(name, day, clock.now())) continue
      const begun = performance.now()
      if (!(await this.#work(name, day)) || atOnce) continue
      await this.#pause((performance.now() - begun) * REST)
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
      await query(client, 'delete from reading_day_late')
      for (const { kind, done } of this.#days.values()) {
        for (const [day, late] of done) await noteLate(client, kind.name, day, [...late])
        const doubtful = [...(this.#doubtful.get(kind.name) ?? [])].map(dateOf)
        await query(
          client,
          'delete from reading_day_done where kind = $1 and day = any($2::date[])',
          [kind.name, doubtful],
        )
      }
    })
  }

  /** Days of which there may be readings, by kind, the newest first. */
  async #stored(): Promise<readonly { readonly name: string; readonly day: number }[]> {
    const [oldest, newest] = [this.#oldest(), this.#newest()]
    const stored = []
    for (const kind of KINDS) {
      const partitions = await partitionsOf(this.#options.pool, readingTable(kind), false)
      const days = new Set(partitions.flatMap(daysOfPartition))
      for (const day of days)
        if (day >= oldest && day <= newest) stored.push({ name: kind.name, day })
    }
    return stored.sort((a, b) => b.day - a.day)
  }

  /** Does what is to be done of a day; false: nothing is. */
  async #work(name: string, day: number): Promise<boolean> {
    const { kind, done } = this.#days.get(name) as Days
    const late = done.get(day)
    if (late !== undefined && late.size === 0) return false
    const span = [formatTimestamp(startOfDay(day)), formatTimestamp(startOfDay(day + 1))]
    const values = [...span, name, dateOf(day)]
    const some = late && [...late]
    this.#arrivals.forget(name, day)
    this.#underWay = { kind: name, day, late: new Set() }
    const meanwhile = this.#underWay.late
    try {
      const left = await overMany(this.#options.pool, async (client) => {
        if (some === undefined && this.#doubtful.get(name)?.has(day)) {
          const rows = await query<{ device_id: string }>(client, differing(kind), values)
          return rows.map((row) => row.device_id)
        }
        await query(client, sumUpDay(kind, some !== undefined), some ? [...values, some] : values)
        await query(client, 'insert into reading_day_done values ($1, $2) on conflict do nothing', [
          name,
          dateOf(day),
        ])
        return []
      })
      this.#doubtful.get(name)?.delete(day)
      this.#note(name, day, [...left, ...meanwhile])
      return true
    } finally {
      this.#underWay = null
    }
  }

  #note(name: string, day: number, late: readonly string[]): void {
    const its = this.#days.get(name)
    if (its === undefined) return
    its.done.set(day, new Set(late))
    its.newest = Math.max(its.newest, day)
  }

  async #pause(length_ms: number): Promise<void> {
    const { signal } = this.#stopping
    await sleep(length_ms, undefined, { signal }).catch(() => undefined)
  }

  /** The last day that is over. */
  #newest(): number {
    return dayOf(minus(this.#options.clock.now(), SETTLING)) - 1
  }

  #oldest(): number {
    const { clock, retentionDays, horizonDays } = this.#options
    const back = Math.max(BACK, days(horizonDays))
    const kept = retentionDays > 0 ? Math.min(back, days(retentionDays)) : back
    return dayOf(epochMs(clock.now() - kept)) + 1
  }

  async #forget(): Promise<void> {
    const { pool, clock, retentionDays } = this.#options
    if (retentionDays === 0) return
    const before = dateOf(dayOf(minus(clock.now(), days(retentionDays))))
    for (const table of ['reading_day', 'reading_day_done', 'reading_day_late']) {
      await query(pool, `delete from ${table} where day < $1::date`, [before])
    }
  }
}

const noteLate = (session: Session, kind: string, day: number, devices: readonly string[]) =>
  devices.length === 0
    ? Promise.resolve()
    : query(
        session,
        'insert into reading_day_late select $1, $2::date, * from unnest($3::text[])',
        [kind, dateOf(day), devices],
      )
