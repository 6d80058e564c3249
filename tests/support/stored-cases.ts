import type { Pool } from 'pg'
import { BLANK_CASE } from '#cases/fold.ts'
import type { Case } from '#model/case.ts'
import type { CaseEventType } from '#model/case-event.ts'
import type { EpochMs } from '#model/time.ts'
import { CASE_COLUMNS, caseRecord } from '#store/case-row.ts'
import { query } from '#store/query.ts'
import { formatTimestamp } from '#store/timestamp.ts'

/** A case of which only some fields matter; `n` gives it an id and a number of its own. */
export const caseOf = (n: number, fields: Partial<Case>): Case => ({
  ...BLANK_CASE,
  id: caseId(n),
  number: `140802${String(n).padStart(13, '0')}`,
  title: `case ${n}`,
  ...fields,
})

export const caseId = (n: number): string =>
  `00000000-0000-4000-a000-${String(n).padStart(12, '0')}`

/** Rows as the flow would leave them, without what led there. */
export async function putCases(pool: Pool, cases: readonly Case[]): Promise<void> {
  const columns = CASE_COLUMNS.map(({ column }) => column).join(', ')
  const types = CASE_COLUMNS.map(({ column, type }) => `${column} ${type}`).join(', ')
  await query(
    pool,
    `insert into case_record (${columns})
     select ${columns} from json_to_recordset($1::json) as given(${types})`,
    [JSON.stringify(cases.map(caseRecord))],
  )
}

/** What of an event evaluation looks at. */
export interface StoredDeed {
  readonly caseId: string
  readonly sequence: number
  readonly at: EpochMs
  readonly type: CaseEventType
  readonly actorId: string | null
  readonly role: string
  readonly changes: Partial<Case>
}

export async function putDeeds(pool: Pool, deeds: readonly StoredDeed[]): Promise<void> {
  const rows = deeds.map(({ caseId: case_id, actorId, role, at, ...rest }) => ({
    ...rest,
    case_id,
    at: formatTimestamp(at),
    actor_id: actorId,
    actor_role: role,
  }))
  await query(
    pool,
    `insert into case_event (id, case_id, sequence, at, type, actor_id, actor_name, actor_role,
       origin, changes)
     select gen_random_uuid(), case_id, sequence, at, type, actor_id, 'somebody', actor_role, 'api',
       changes
     from json_to_recordset($1::json) as given(case_id uuid, sequence integer, at timestamptz,
       type text, actor_id uuid, actor_role text, changes jsonb)`,
    [JSON.stringify(rows)],
  )
}
