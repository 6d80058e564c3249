import { query, type Session } from '#store/query.ts'
import type { KnownDepartment } from './department-tree.ts'
import type { InspectorArea } from './evaluation-question.ts'

/** Who there is, for the names of what is evaluated and for what inspectors are to find. */
export interface EvaluatedPeople {
  readonly departments: readonly KnownDepartment[]
  /** Names of accounts by their id, of those that are disabled too. */
  readonly names: ReadonlyMap<string, string>
  readonly inspectorAreas: readonly InspectorArea[]
}

interface AccountRow {
  readonly id: string
  readonly name: string
  readonly areas: readonly string[] | null
}

/**
 * As they are now: where somebody was an inspector in another area, what they missed is that of this
 * one. An inspector of the whole city misses nothing, for there is no part of it that is theirs.
 */
export async function readEvaluatedPeople(session: Session): Promise<EvaluatedPeople> {
  const departments = await query<KnownDepartment & Record<string, unknown>>(
    session,
    'select id, parent_id as "parentId", name from department order by id',
  )
  const accounts = await query<AccountRow & Record<string, unknown>>(
    session,
    `select id, name, case when 'inspector' = any(roles) then areas || coalesce((
       select array_agg(grid) from duty_grid cross join unnest(unit_grids) as grid
       where duty_grid.code = any(account.duty_grids)), '{}') end as areas
     from account`,
  )
  return {
    departments,
    names: new Map(accounts.map(({ id, name }) => [id, name])),
    inspectorAreas: accounts.flatMap(({ id, areas }) =>
      areas === null ? [] : [{ accountId: id, areas }],
    ),
  }
}
