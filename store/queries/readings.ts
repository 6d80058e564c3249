import type { Pool } from 'pg'
import type { Device } from '#model/device.ts'
import { Broken } from '#model/error.ts'
import { type DeviceKind, readingTable } from '#model/kind.ts'
import { findKind } from '#model/kinds.ts'
import type { StoredReading } from '#model/reading.ts'
import type { EpochMs } from '#model/time.ts'
import { readingColumns } from '#store/commit/reading-writer.ts'
import { databaseError } from '#store/database-error.ts'
import { storedReading } from '#store/stored-reading.ts'
import { formatTimestamp } from '#store/timestamp.ts'
import { Conditions } from './conditions.ts'
import { decodeCursor, type Page, type PageRequest, rowsFor, toPage } from './page.ts'

export interface ReadingRange extends PageRequest {
  /** Inclusive. */
  readonly from?: EpochMs | undefined
  /** Exclusive. */
  readonly to?: EpochMs | undefined
  readonly order?: 'asc' | 'desc' | undefined
  /** Only these, and not the unknown ones; all when absent. */
  readonly channels?: readonly string[] | undefined
}

/** A statement with its values. */
export interface Statement {
  readonly text: string
  readonly values: readonly unknown[]
}

/** The readings of one device by range, and its newest one. */
export function createReadingQueries(pool: Pool) {
  return {
    async page(device: Device, range: ReadingRange): Promise<Page<StoredReading>> {
      const rows = await rowsOf(pool, readingPage(device, range))
      return toPage(rows, range.limit, storedReading, (row) => [
        formatTimestamp(row[1] as EpochMs),
        row[2] as number,
      ])
    },

    async latest(device: Device): Promise<StoredReading | undefined> {
      const [row] = await rowsOf(pool, readingPage(device, { limit: 1, order: 'desc' }))
      return row && storedReading(row)
    },
  }
}

/**
 * The rows of a page. The bound on `measured_at` alone is what rules out partitions; the pair then
 * finds its place in the index.
 */
export function readingPage(device: Device, range: ReadingRange): Statement {
  const { from, to, order = 'asc', channels } = range
  const kind = kindOf(device)
  const after = decodeCursor(range.after, ['string', 'number'])
  const where = new Conditions().add('device_id = ?', device.id)
  if (from !== undefined) where.add('measured_at >= ?', formatTimestamp(from))
  if (to !== undefined) where.add('measured_at < ?', formatTimestamp(to))
  if (after) {
    const comparison = order === 'asc' ? '>' : '<'
    where.add(`measured_at ${comparison}= ?`, after[0])
    where.add(`(measured_at, seq) ${comparison} (?, ?)`, ...after)
  }
  return {
    text: `select ${chosenColumns(kind, channels).join(', ')} from ${readingTable(kind)}
      ${where.clause()}
      order by measured_at ${order}, seq ${order} limit ${rowsFor(range.limit)}`,
    values: where.values,
  }
}

/** Every column in its place, those nobody asked for as null. */
function chosenColumns(kind: DeviceKind, channels: readonly string[] | undefined): string[] {
  const columns = readingColumns(kind)
  if (channels === undefined) return [...columns]
  const ofChannels = new Set([...kind.channels.map(({ name }) => name), 'extra'])
  return columns.map((name) =>
    ofChannels.has(name) && !channels.includes(name) ? `null as ${name}` : name,
  )
}

function kindOf(device: Device): DeviceKind {
  const kind = findKind(device.kind)
  if (!kind) throw new Broken('internal', `there is no kind ${device.kind}`)
  return kind
}

async function rowsOf(pool: Pool, { text, values }: Statement): Promise<readonly unknown[][]> {
  try {
    return (await pool.query({ text, values: [...values], rowMode: 'array' })).rows
  } catch (error) {
    throw databaseError(error)
  }
}
