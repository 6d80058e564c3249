import type { CaseEvent } from '#model/case-event.ts'
import { query, type Session } from '#store/query.ts'
import { formatTimestamp } from '#store/timestamp.ts'

/** Adds events within the transaction of what they are about, in one statement. */
export async function writeEvents(session: Session, events: readonly CaseEvent[]): Promise<void> {
  if (events.length === 0) return
  const rows = events.map((event) => ({
    id: event.id,
    case_id: event.caseId,
    sequence: event.sequence,
    at: formatTimestamp(event.at),
    type: event.type,
    actor_id: event.actor.accountId,
    actor_name: event.actor.name,
    actor_role: event.actor.role,
    origin: event.origin,
    reason: event.reason,
    episode_id: event.episodeId,
    detail: event.detail,
    changes: event.changes,
  }))
  await session.query(INSERT, [JSON.stringify(rows)])
}

const COLUMNS = {
  id: 'uuid',
  case_id: 'uuid',
  sequence: 'integer',
  at: 'timestamptz',
  type: 'text',
  actor_id: 'uuid',
  actor_name: 'text',
  actor_role: 'text',
  origin: 'text',
  reason: 'text',
  episode_id: 'uuid',
  detail: 'jsonb',
  changes: 'jsonb',
} as const
const names = Object.keys(COLUMNS).join(', ')
const INSERT = `
  INSERT INTO case_event (${names}) SELECT ${names} FROM json_to_recordset($1)
    AS given(${Object.entries(COLUMNS)
      .map((column) => column.join(' '))
      .join(', ')})`

interface EventRow
  extends Pick<
    CaseEvent,
    'id' | 'sequence' | 'at' | 'type' | 'origin' | 'reason' | 'detail' | 'changes'
  > {
  readonly case_id: string
  readonly actor_id: string | null
  readonly actor_name: string
  readonly actor_role: CaseEvent['actor']['role']
  readonly episode_id: string | null
}

export const toEvent = (row: EventRow): CaseEvent => ({
  id: row.id,
  caseId: row.case_id,
  sequence: row.sequence,
  at: row.at,
  type: row.type,
  actor: { accountId: row.actor_id, name: row.actor_name, role: row.actor_role },
  origin: row.origin,
  reason: row.reason,
  episodeId: row.episode_id,
  detail: row.detail,
  changes: row.changes,
})

/** Of one case, in their order. */
export async function readEvents(session: Session, caseId: string): Promise<readonly CaseEvent[]> {
  const rows = await query<EventRow & Record<string, unknown>>(
    session,
    `select ${names} from case_event where case_id = $1 order by sequence`,
    [caseId],
  )
  return rows.map(toEvent)
}
