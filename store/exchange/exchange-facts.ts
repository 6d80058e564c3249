import type { Pool } from 'pg'
import type { Case } from '#model/case.ts'
import type { CaseEventType } from '#model/case-event.ts'
import type { OutsideCase, ToldFact } from '#model/outside-case.ts'
import type { EpochMs } from '#model/time.ts'
import { query } from '#store/query.ts'

/** What an exchange file says of a case beyond the case itself. */
export interface ExchangeFacts {
  /** As it was handed over last; null: it is our own. */
  readonly record: OutsideCase | null
  /** Of its last change, there or here. */
  readonly updatedAt: EpochMs
  /** In the file, of the case it was merged into. */
  readonly masterNumber: string | null
  /** Who did what, by what is known here and, before that, by what was told. */
  readonly told: Readonly<Partial<Record<ToldFact, string | null>>>
}

interface FactRow extends Record<string, unknown> {
  readonly id: string
  readonly record: OutsideCase | null
  readonly version: number | null
  readonly handed_at: EpochMs | null
  readonly district: string | null
  readonly street: string | null
  readonly community: string | null
  readonly duty_grid: string | null
  readonly master: string | null
  readonly reporter: string | null
}

/** Whose name an event of ours gives, and whether its reason is the opinion of who handled it. */
const DONE_BY: Readonly<Partial<Record<CaseEventType, ToldFact>>> = {
  accepted: 'acceptor',
  'pre-verified': 'preVerifier',
  filed: 'filer',
  dispatched: 'dispatcher',
  started: 'handler',
  'fed-back': 'handler',
  'post-checked': 'checker',
  closed: 'closer',
}

/** What exchange files say of some cases, by their ids. */
export async function exchangeFacts(
  pool: Pool,
  cases: readonly Pick<Case, 'id' | 'version' | 'updatedAt'>[],
): Promise<ReadonlyMap<string, ExchangeFacts>> {
  const ids = cases.map(({ id }) => id)
  const [rows, events] = await Promise.all([factRows(pool, ids), eventRows(pool, ids)])
  const doneBy = new Map<string, Partial<Record<ToldFact, string | null>>>()
  for (const { case_id, type, actor_name, reason } of events) {
    const done = doneBy.get(case_id) ?? {}
    doneBy.set(case_id, done)
    const fact = DONE_BY[type]
    if (fact) done[fact] = actor_name
    if (type === 'fed-back') done.opinion = reason
  }
  const rowOf = new Map(rows.map((row) => [row.id, row]))
  return new Map(
    cases.map(({ id, version, updatedAt }) => {
      const row = rowOf.get(id) as FactRow
      const { record } = row
      const isAsHanded = record !== null && row.version === version
      return [
        id,
        {
          record,
          updatedAt: isAsHanded ? (record.updatedAt ?? (row.handed_at as EpochMs)) : updatedAt,
          masterNumber: row.master,
          told: {
            ...record?.told,
            ...(record === null && { reporter: row.reporter }),
            ...(row.district !== null && {
              districtName: row.district,
              street: row.street,
              community: row.community,
            }),
            ...(row.duty_grid !== null && { dutyGrid: row.duty_grid }),
            ...doneBy.get(id),
          },
        },
      ]
    }),
  )
}

const factRows = (pool: Pool, ids: readonly string[]): Promise<FactRow[]> =>
  query<FactRow>(
    pool,
    `select c.id, o.record, o.version, o.handed_at, g.district, g.street, g.community,
       case when m.outside_system is null then m.number else m.outside_number end as master,
       (select r.reporter_name from case_report r where r.case_id = c.id and r.is_opening limit 1)
         as reporter,
       (select d.title from duty_grid d where c.grid_code = any(d.unit_grids) order by d.code limit 1)
         as duty_grid
     from case_record c
     left join outside_case o on o.case_id = c.id
     left join unit_grid g on g.code = c.grid_code
     left join case_record m on m.id = c.master_id
     where c.id = any($1::uuid[])`,
    [ids],
  )

interface EventRow extends Record<string, unknown> {
  readonly case_id: string
  readonly type: CaseEventType
  readonly actor_name: string
  readonly reason: string | null
}

/** Who takes a case over has done none of what was done to it before. */
const eventRows = (pool: Pool, ids: readonly string[]): Promise<EventRow[]> =>
  query<EventRow>(
    pool,
    `select case_id, type, actor_name, reason from case_event
     where case_id = any($1::uuid[]) and type = any($2::text[]) and origin <> 'import'
     order by case_id, sequence`,
    [ids, Object.keys(DONE_BY)],
  )
