import { type Client, type ClientConfig, escapeLiteral } from 'pg'
import { to as copyTo } from 'pg-copy-streams'
import type { Channel, ChannelValue } from '#model/channel.ts'
import type { Episode } from '#model/episode.ts'
import { Broken } from '#model/error.ts'
import { type DeviceKind, readingTable } from '#model/kind.ts'
import { findKind } from '#model/kinds.ts'
import { compareReadings, type StoredReading } from '#model/reading.ts'
import { days, type EpochMs, epochMs, hours } from '#model/time.ts'
import { type CopyRow, readCopyRows } from './copy-rows.ts'
import { connect } from './database.ts'
import { databaseError } from './database-error.ts'
import { databaseTypes } from './database-types.ts'
import { EPISODE_COLUMNS, type EpisodeRow, toEpisode } from './episode-row.ts'
import { formatTimestamp } from './timestamp.ts'

/** A reading as far as a rule looks at it: only the channels that were asked for. */
export type ArchivedReading = Pick<StoredReading, 'measuredAt' | 'seq' | 'values'> &
  Partial<Pick<StoredReading, 'receivedAt'>>

/** The readings of a kind measured in one stretch of time, by device, ascending. */
export interface Slice {
  readonly until: EpochMs
  readonly rows: number
  readonly byDevice: ReadonlyMap<string, readonly ArchivedReading[]>
}

/** What is wanted of each reading. */
export interface ArchiveColumns {
  readonly kind: string
  /** Indexes of the channels. */
  readonly channels: readonly number[]
  /** And when it came. */
  readonly arrival: boolean
}

export interface SliceQuery extends ArchiveColumns {
  readonly from: EpochMs
  /** Exclusive. */
  readonly to: EpochMs
  /** Only these devices; null: all. */
  readonly devices: readonly string[] | null
  /** Only readings with any of these channels; null: all. */
  readonly having: readonly number[] | null
  readonly signal: AbortSignal
}

export interface PastQuery extends ArchiveColumns {
  readonly devices: readonly string[]
  /** Exclusive. */
  readonly before: EpochMs
  /** Null: as far back as there are any. */
  readonly since: EpochMs | null
  /** Of each device the newest; null: all. */
  readonly limit: number | null
  /** Of these only the readings with any of these channels, the first and the last; null: all. */
  readonly having: readonly number[] | null
}

/** What one device measured before an instant, ascending. */
export interface Past {
  readonly readings: readonly ArchivedReading[]
  /** There are none before these. */
  readonly whole: boolean
}

const FIRST_SLICE_MS: number = hours(1)
const LONGEST_SLICE_MS: number = days(7)
const SHORTEST_SLICE_MS = 1_000
// Enough for a COPY to run at its speed, few enough to be held in memory twice.
const ROWS_WANTED = 100_000

/**
 * Reads long spans of stored readings on a connection of its own. Slices of time rather than
 * devices, because rows lie on the disk in the order in which they came: reading a week device by
 * device would read the week once for each of them.
 */
export class Archive {
  readonly #client: Client

  private constructor(client: Client) {
    this.#client = client
  }

  /** @throws Unavailable `database-unavailable` */
  static async open(connection: ClientConfig): Promise<Archive> {
    try {
      const client = await connect({ ...connection, types: databaseTypes })
      // A block range index can only be read through a bitmap. What is read once need not be fast
      // at the cost of what the service does meanwhile.
      await client.query('SET enable_bitmapscan = on; SET max_parallel_workers_per_gather = 0')
      return new Archive(client)
    } catch (error) {
      throw databaseError(error)
    }
  }

  /** Slices from the beginning of the span to its end, the next one read while one is used. */
  async *slices(query: SliceQuery): AsyncGenerator<Slice> {
    const { from, to, signal } = query
    let span_ms = FIRST_SLICE_MS
    const read = (start: EpochMs): Promise<Slice> | undefined => {
      if (start >= to || signal.aborted) return undefined
      const until = epochMs(Math.min(to, start + span_ms))
      const slice = this.#slice({ ...query, from: start, to: until })
      // A failure is heard of when the slice is awaited.
      slice.catch(() => undefined)
      return slice
    }
    for (let next = read(from); next; ) {
      const slice = await next
      const factor = Math.max(0.25, Math.min(4, ROWS_WANTED / Math.max(1, slice.rows)))
      span_ms = Math.max(
        SHORTEST_SLICE_MS,
        Math.min(LONGEST_SLICE_MS, Math.round(span_ms * factor)),
      )
      next = read(slice.until)
      yield slice
    }
  }

  /** The readings of some devices strictly before an instant; a device without any is missing. */
  async before({
    devices,
    before,
    since,
    limit,
    having,
    ...wanted
  }: PastQuery): Promise<ReadonlyMap<string, Past>> {
    const kind = kindOf(wanted.kind)
    const { columns, channels, arrival } = columnsOf(kind, wanted)
    const isWanted = having ? `(r.n = 1 OR r.n = $4 OR ${anyOf(kind, having)})` : 'true'
    const text = `SELECT r.n, ${columns.map((name) => `r.${name}`).join(', ')}
      FROM unnest($1::text[]) AS wanted(id) CROSS JOIN LATERAL (
        SELECT newest.*, row_number() OVER (ORDER BY measured_at DESC, seq DESC) AS n FROM (
          SELECT * FROM ${readingTable(kind)}
          WHERE device_id = wanted.id AND measured_at < $2 AND measured_at >= $3
          ORDER BY measured_at DESC, seq DESC LIMIT $4
        ) AS newest
      ) AS r WHERE ${isWanted}`
    const earliest = since === null ? '-infinity' : formatTimestamp(since)
    try {
      await this.#client.query('SET enable_bitmapscan = off')
      const { rows } = await this.#client.query<unknown[]>({
        text,
        values: [devices, formatTimestamp(before), earliest, limit],
        rowMode: 'array',
      })
      await this.#client.query('SET enable_bitmapscan = on')
      const byDevice = new Map<string, ArchivedReading[]>()
      const cut = new Set<string>()
      for (const [number, device, measuredAt, seq, ...found] of rows) {
        if (number === limit) cut.add(device as string)
        const values: (ChannelValue | undefined)[] = kind.channels.map(() => undefined)
        for (const [at, { index }] of channels.entries()) {
          values[index] = (found[at] ?? undefined) as ChannelValue | undefined
        }
        const reading = { measuredAt: measuredAt as EpochMs, seq: seq as number, values }
        const receivedAt = found.at(-1) as EpochMs
        add(byDevice, device as string, arrival ? { ...reading, receivedAt } : reading)
      }
      const isWhole = (device: string): boolean => since === null && !cut.has(device)
      return new Map(
        [...byDevice].map(([device, readings]) => [
          device,
          { readings: readings.sort(compareReadings), whole: isWhole(device) },
        ]),
      )
    } catch (error) {
      throw databaseError(error)
    }
  }

  /**
   * What a rule found at some devices, without groups, by start: not withdrawn, and open or cleared
   * at `from` or later.
   */
  async episodes(
    ruleId: string,
    devices: readonly string[],
    from: EpochMs,
  ): Promise<readonly Episode[]> {
    try {
      const { rows } = await this.#client.query<EpisodeRow>(
        `SELECT ${EPISODE_COLUMNS} FROM episode
         WHERE rule_id = $1 AND device_id = ANY($2) AND role <> 'group' AND withdrawn_at IS NULL
           AND (cleared_at IS NULL OR cleared_at >= $3)
         ORDER BY started_at, id`,
        [ruleId, devices, formatTimestamp(from)],
      )
      return rows.map(toEpisode)
    } catch (error) {
      throw databaseError(error)
    }
  }

  async close(): Promise<void> {
    await this.#client.end()
  }

  async #slice(query: SliceQuery): Promise<Slice> {
    const kind = kindOf(query.kind)
    const { columns, channels, arrival } = columnsOf(kind, query)
    const readers = channels.map(({ index, type }) => ({ index, read: READ[type] }))
    const none: (ChannelValue | undefined)[] = kind.channels.map(() => undefined)
    const byDevice = new Map<string, ArchivedReading[]>()
    try {
      const rows = await readCopyRows(
        this.#client.query(
          copyTo(`COPY (SELECT ${columns.join(', ')} FROM ${readingTable(kind)}
            WHERE ${conditionOf(kind, query)}) TO STDOUT (FORMAT binary)`),
        ) as AsyncIterable<Buffer>,
        (row) => {
          const device = row.text()
          const measuredAt = row.instant()
          const seq = row.bigint()
          const values = none.slice()
          for (const { index, read } of readers) values[index] = read(row)
          const reading = { measuredAt, seq, values }
          add(byDevice, device, arrival ? { ...reading, receivedAt: row.instant() } : reading)
        },
      )
      for (const readings of byDevice.values()) sortIfNeeded(readings)
      return { until: query.to, rows, byDevice }
    } catch (error) {
      throw databaseError(error)
    }
  }
}

/** Device, measuredAt, seq; then the channels, and the arrival at the end. */
function columnsOf(kind: DeviceKind, { channels, arrival }: ArchiveColumns) {
  const wanted = channels.map((index) => ({ index, ...(kind.channels[index] as Channel) }))
  const names = ['device_id', 'measured_at', 'seq', ...wanted.map(({ name }) => name)]
  return { columns: arrival ? [...names, 'received_at'] : names, channels: wanted, arrival }
}

// A COPY takes no parameters.
function conditionOf(kind: DeviceKind, { from, to, devices, having }: SliceQuery): string {
  return [
    `measured_at >= '${formatTimestamp(from)}' AND measured_at < '${formatTimestamp(to)}'`,
    ...(devices ? [`device_id IN (${devices.map((id) => escapeLiteral(id)).join(', ')})`] : []),
    ...(having ? [`(${anyOf(kind, having)})`] : []),
  ].join(' AND ')
}

const anyOf = (kind: DeviceKind, channels: readonly number[]): string =>
  channels.map((index) => `${kind.channels[index]?.name} IS NOT NULL`).join(' OR ')

const READ: Readonly<Record<Channel['type'], (row: CopyRow) => ChannelValue | undefined>> = {
  number: (row) => row.number(),
  integer: (row) => row.integer(),
  boolean: (row) => row.boolean(),
}

function add(
  byDevice: Map<string, ArchivedReading[]>,
  device: string,
  reading: ArchivedReading,
): void {
  const own = byDevice.get(device)
  if (own) own.push(reading)
  else byDevice.set(device, [reading])
}

// Rows come in the order of the disk, which is mostly that of time.
function sortIfNeeded(readings: ArchivedReading[]): void {
  for (let index = 1; index < readings.length; index++) {
    const [before, here] = [readings[index - 1], readings[index]] as ArchivedReading[]
    if (before && here && compareReadings(before, here) > 0) {
      readings.sort(compareReadings)
      return
    }
  }
}

function kindOf(name: string): DeviceKind {
  const kind = findKind(name)
  if (!kind) throw new Broken('internal', `there is no kind ${name}`)
  return kind
}
