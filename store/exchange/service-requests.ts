import type { Pool } from 'pg'
import type { Case } from '#model/case.ts'
import type { CaseReport } from '#model/case-report.ts'
import { CASE_STATES, type CaseState, STATE_FACTS } from '#model/case-state.ts'
import type { Principal } from '#model/principal.ts'
import type { EpochMs } from '#model/time.ts'
import { type CaseRow, toCase } from '#store/case-row.ts'
import { toReport } from '#store/cases/reports.ts'
import { Conditions } from '#store/queries/conditions.ts'
import { scopeCondition } from '#store/queries/scope.ts'
import { query } from '#store/query.ts'
import { formatTimestamp } from '#store/timestamp.ts'

/** A report with the case that it led to in the end. */
export interface ServiceRequest {
  readonly report: CaseReport
  readonly case: Case
  /** It did not open that case, but joined it. */
  readonly isJoined: boolean
  /** It is of the account that asks. */
  readonly isOwn: boolean
  /** Why the case was not accepted, or voided, as far as it was said. */
  readonly reason: string | null
}

export interface RequestReader {
  readonly principal: Principal & { readonly accountId: string }
  /** It reads what others reported too, as far as its scope goes. */
  readonly readsAll: boolean
}

export interface RequestFilter {
  /** Kind with class, as `part/0101`; a class of none: `part/`. */
  readonly services?: readonly string[] | undefined
  /** Of the report, both inclusive. */
  readonly from: EpochMs
  readonly to: EpochMs
  readonly isOver?: boolean | undefined
  readonly limit: number
}

const OVER: readonly CaseState[] = CASE_STATES.filter((state) => STATE_FACTS[state].isOver)

/** The reports that other systems follow. What a reader may not see is not there. */
export function createServiceRequests(pool: Pool) {
  return {
    /** By their ids, in no order. */
    async find(ids: readonly string[], reader: RequestReader): Promise<readonly ServiceRequest[]> {
      return await read(pool, new Conditions().add('r.id = any(?::uuid[])', ids), reader, '')
    },

    /** The newest first. */
    async list(filter: RequestFilter, reader: RequestReader): Promise<readonly ServiceRequest[]> {
      const where = new Conditions().add(
        'r.reported_at between ? and ?',
        formatTimestamp(filter.from),
        formatTimestamp(filter.to),
      )
      if (filter.services) where.add(`${SERVICE} = any(?::text[])`, filter.services)
      if (filter.isOver !== undefined) {
        where.add(`${filter.isOver ? '' : 'not '}e.state = any(?::text[])`, OVER)
      }
      const order = `order by r.reported_at desc, r.id desc limit ${filter.limit}`
      return await read(pool, where, reader, order)
    },
  }
}

/** As it was reported; where nobody said, as it was filed. */
const SERVICE = "r.kind || '/' || coalesce(r.class, c.class, '')"

type RequestRow = Parameters<typeof toReport>[0] & {
  readonly end_id: string
  readonly is_joined: boolean
  readonly is_own: boolean
}

async function read(
  pool: Pool,
  where: Conditions,
  { principal: { accountId, scope }, readsAll }: RequestReader,
  order: string,
): Promise<readonly ServiceRequest[]> {
  const seen = scopeCondition(scope, END_SCOPE)
  if (readsAll) where.add(`(r.reported_by = ? or ${seen.text})`, accountId, ...seen.values)
  else where.add('r.reported_by = ?', accountId)
  const rows = await query<RequestRow>(
    pool,
    `select r.*, e.id as end_id, (c.id <> e.id or not r.is_opening) as is_joined,
       r.reported_by is not distinct from $${where.values.length + 1}::uuid as is_own
     from case_report r
     join case_record c on c.id = r.case_id
     join case_record e
       on e.id = case when c.state = 'merged' then case_in_the_end(c.id) else c.id end
     ${where.clause()} ${order}`,
    [...where.values, accountId],
  )
  const ids = [...new Set(rows.map(({ end_id }) => end_id))]
  const [cases, reasons] = await Promise.all([casesOf(pool, ids), reasonsOf(pool, ids)])
  return rows.map((row) => ({
    report: toReport(row),
    case: cases.get(row.end_id) as Case,
    isJoined: row.is_joined,
    isOwn: row.is_own,
    reason: reasons.get(row.end_id) ?? null,
  }))
}

const END_SCOPE = { area: 'e.area_code', network: 'e.network', department: 'e.department_id' }

async function casesOf(pool: Pool, ids: readonly string[]): Promise<ReadonlyMap<string, Case>> {
  const text = 'select * from case_record where id = any($1::uuid[])'
  const rows = await query<CaseRow>(pool, text, [ids])
  return new Map(rows.map((row) => [row.id, toCase(row)]))
}

async function reasonsOf(pool: Pool, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const rows = await query<{ case_id: string; reason: string }>(
    pool,
    `select distinct on (case_id) case_id, reason from case_event
     where case_id = any($1::uuid[]) and type in ('rejected', 'voided') and reason is not null
     order by case_id, sequence desc`,
    [ids],
  )
  return new Map(rows.map(({ case_id, reason }) => [case_id, reason]))
}
