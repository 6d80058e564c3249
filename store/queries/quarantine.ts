import type { Pool } from 'pg'
import { Rejected } from '#model/error.ts'
import { type Scope, WHOLE_CITY } from '#model/principal.ts'
import type { Reason } from '#model/rejection.ts'
import type { EpochMs } from '#model/time.ts'
import { query } from '#store/query.ts'
import { formatTimestamp } from '#store/timestamp.ts'
import { Conditions } from './conditions.ts'
import { decodeCursor, type Page, type PageRequest, rowsFor, toPage } from './page.ts'
import { addDeviceScope } from './scope.ts'

/** A message in the quarantine, without its bytes. */
export interface QuarantineEntry {
  readonly id: string
  readonly deviceId: string
  readonly topic: string
  readonly item: number | null
  readonly payload_bytes: number
  readonly receivedAt: EpochMs
  readonly reasons: readonly Reason[]
  /** How often it was refused. */
  readonly attempts: number
  /** When it was run again and passed; null while it waits. */
  readonly resolvedAt: EpochMs | null
}

export interface QuarantineMessage extends QuarantineEntry {
  readonly payload: Uint8Array
}

export interface QuarantineFilter extends PageRequest {
  readonly state?: 'waiting' | 'resolved' | 'all' | undefined
  readonly reason?: string | undefined
  readonly deviceId?: string | undefined
  /** Received at or after. */
  readonly from?: EpochMs | undefined
  /** Received before. */
  readonly to?: EpochMs | undefined
  /** Newest first unless it says otherwise. */
  readonly order?: 'asc' | 'desc' | undefined
  /** Of what is seen by its device; everything when absent. */
  readonly scope?: Scope | undefined
}

interface EntryRow {
  readonly id: string
  readonly device_id: string
  readonly topic: string
  readonly item: number | null
  readonly payload_bytes: number
  readonly received_at: EpochMs
  readonly reasons: readonly Reason[]
  readonly attempts: number
  readonly resolved_at: EpochMs | null
}

const COLUMNS =
  'id, device_id, topic, item, length(payload) as payload_bytes, received_at, reasons, ' +
  'attempts, resolved_at'

const toEntry = (row: EntryRow): QuarantineEntry => ({
  id: row.id,
  deviceId: row.device_id,
  topic: row.topic,
  item: row.item,
  payload_bytes: row.payload_bytes,
  receivedAt: row.received_at,
  reasons: row.reasons,
  attempts: row.attempts,
  resolvedAt: row.resolved_at,
})

/** What was refused, and whether it still waits. */
export function createQuarantineQueries(pool: Pool) {
  return {
    async list(filter: QuarantineFilter): Promise<Page<QuarantineEntry>> {
      const { text, values } = quarantinePage(filter)
      const rows = await query<EntryRow>(pool, text, values)
      return toPage(rows, filter.limit, toEntry, (row) => [
        formatTimestamp(row.received_at),
        row.id,
      ])
    },

    /** How many wait of each device of which any do. */
    async waiting(): Promise<ReadonlyMap<string, number>> {
      const rows = await query<{ id: string; count: number }>(
        pool,
        `select device_id as id, count(*)::int as count from quarantine
         where resolved_at is null group by device_id`,
      )
      return new Map(rows.map(({ id, count }) => [id, count]))
    },

    /** With their bytes, in the order of the ids; those that are not there or not seen are left out. */
    async some(ids: readonly string[], scope: Scope = WHOLE_CITY): Promise<QuarantineMessage[]> {
      const where = addDeviceScope(
        new Conditions().add('id = any(?::uuid[])', [...ids]),
        scope,
        'device_id',
      )
      const rows = await query<EntryRow & { readonly payload: Buffer }>(
        pool,
        `select ${COLUMNS}, payload from quarantine ${where.clause()}`,
        where.values,
      )
      const found = new Map(rows.map((row) => [row.id, { ...toEntry(row), payload: row.payload }]))
      return ids.flatMap((id) => found.get(id) ?? [])
    },

    /** With its bytes. @throws Rejected('not-found') */
    async get(id: string, scope: Scope = WHOLE_CITY): Promise<QuarantineMessage> {
      const where = addDeviceScope(new Conditions().add('id = ?', id), scope, 'device_id')
      const [row] = await query<EntryRow & { readonly payload: Buffer }>(
        pool,
        `select ${COLUMNS}, payload from quarantine ${where.clause()}`,
        where.values,
      )
      if (!row) throw new Rejected('not-found', `no entry ${id} is in the quarantine`)
      return { ...toEntry(row), payload: row.payload }
    },
  }
}

export function quarantinePage(filter: QuarantineFilter) {
  const { state = 'waiting', order = 'desc', scope = WHOLE_CITY } = filter
  const after = decodeCursor(filter.after, ['string', 'string'])
  const where = new Conditions()
  if (state === 'waiting') where.add('resolved_at is null')
  if (state === 'resolved') where.add('resolved_at is not null')
  where
    .addGiven('device_id = ?', filter.deviceId)
    .addGiven('reason_codes @> array[?]', filter.reason)
  if (filter.from !== undefined) where.add('received_at >= ?', formatTimestamp(filter.from))
  if (filter.to !== undefined) where.add('received_at < ?', formatTimestamp(filter.to))
  addDeviceScope(where, scope, 'device_id')
  if (after) where.add(`(received_at, id) ${order === 'asc' ? '>' : '<'} (?, ?)`, ...after)
  return {
    text: `select ${COLUMNS} from quarantine ${where.clause()}
      order by received_at ${order}, id ${order} limit ${rowsFor(filter.limit)}`,
    values: where.values,
  }
}
