import type { Pool } from 'pg'
import type { Box } from '#model/box.ts'
import type { PartState } from '#model/part.ts'
import type { Place } from '#model/place.ts'
import type { Scope } from '#model/principal.ts'
import { query } from '#store/query.ts'
import { Conditions } from './conditions.ts'
import { addScope, PART_SCOPE } from './scope.ts'

/** A part where it stands. */
export interface PlacedPart {
  readonly id: string
  readonly name: string
  readonly state: PartState
  readonly place: Place
}

interface Row extends Place {
  readonly id: string
  readonly name: string
  readonly state: PartState
}

/** The parts of a viewport within a scope, at most so many, by id; what was removed is not there. */
export const partsOnMap =
  (pool: Pool) =>
  async (view: {
    readonly box: Box
    readonly limit: number
    readonly scope: Scope
  }): Promise<PlacedPart[]> => {
    const where = new Conditions()
      .add('lon_deg is not null')
      .add('point(lon_deg, lat_deg) <@ box(point(?, ?), point(?, ?))', ...view.box)
      .add("state <> 'removed'")
    addScope(where, view.scope, PART_SCOPE)
    const rows = await query<Row>(
      pool,
      `select id, name, state, lon_deg, lat_deg from part ${where.clause()}
       order by id limit ${view.limit}`,
      where.values,
    )
    return rows.map(({ lon_deg, lat_deg, ...part }) => ({ ...part, place: { lon_deg, lat_deg } }))
  }
