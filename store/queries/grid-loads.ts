import type { Pool } from 'pg'
import type { Box } from '#model/box.ts'
import { OPEN_CASE_STATES } from '#model/case-state.ts'
import type { Scope } from '#model/principal.ts'
import type { UnitGrid } from '#model/unit-grid.ts'
import { query } from '#store/query.ts'
import type { GridLocator } from '#store/registry/grid-locator.ts'
import { CASE_SCOPE, IS_OVERDUE } from './cases.ts'
import { Conditions } from './conditions.ts'
import { addScope } from './scope.ts'

/** A unit grid with how many cases in it are not over, and how many of those are overdue. */
export interface GridLoad {
  readonly grid: UnitGrid
  readonly open: number
  readonly overdue: number
}

export interface GridLoadFilter {
  readonly box: Box
  readonly limit: number
  readonly scope: Scope
}

interface CountRow {
  readonly code: string
  readonly open: number
  readonly overdue: number
}

/** How the unit grids of a box are burdened. Only cases within the scope count. */
export const gridLoads =
  (pool: Pool, grids: Pick<GridLocator, 'within'>) =>
  async ({ box, limit, scope }: GridLoadFilter): Promise<GridLoad[]> => {
    const seen = grids.within(box, limit).filter(({ code }) => isWithin(scope, code))
    if (seen.length === 0) return []
    const where = new Conditions().add('state = any(?::text[])', OPEN_CASE_STATES).add(
      'grid_code = any(?::text[])',
      seen.map(({ code }) => code),
    )
    addScope(where, scope, CASE_SCOPE)
    const rows = await query<CountRow>(
      pool,
      `select grid_code as code, count(*)::int as open,
         (count(*) filter (where ${IS_OVERDUE}))::int as overdue
       from case_record ${where.clause()} group by grid_code`,
      where.values,
    )
    const counts = new Map(rows.map((row) => [row.code, row]))
    return seen.map((grid) => {
      const { open = 0, overdue = 0 } = counts.get(grid.code) ?? {}
      return { grid, open, overdue }
    })
  }

/** Unit grids are bounded by area alone; who is bounded to networks sees none. */
const isWithin = ({ areas, networks }: Scope, code: string): boolean =>
  networks === null && (areas === null || areas.some((area) => code.startsWith(area)))
