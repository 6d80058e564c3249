import type { PoolClient } from 'pg'
import { Rejected } from '#model/error.ts'
import type { ImportReason } from '#model/import-report.ts'
import type { Place } from '#model/place.ts'
import { type Scope, WHOLE_CITY } from '#model/principal.ts'
import { seesPlace } from '#model/sees-device.ts'
import { type GridGeometry, UnitGrid, type UnitGridPatch } from '#model/unit-grid.ts'
import { Conditions } from '#store/queries/conditions.ts'
import { decodeCursor, type Page, type PageRequest, rowsFor, toPage } from '#store/queries/page.ts'
import { addScope, GRID_SCOPE } from '#store/queries/scope.ts'
import { inTransaction, query, type Session } from '#store/query.ts'
import { type Check, refuse, registryCheck } from './check.ts'
import type { RegistryContext } from './device-registry.ts'
import { type GridRow, toUnitGrid } from './grid-locator.ts'
import { polygonFaults } from './polygon-fault.ts'
import { lockImports } from './registry-lock.ts'
import { applyGrids, type Regridded } from './regrid.ts'

export interface GridFilter extends PageRequest {
  readonly district?: string | undefined
  readonly street?: string | undefined
  /** The whole city when absent. */
  readonly scope?: Scope | undefined
}

const GRID_COLUMNS = 'code, district, street, community, geometry'

const checkSchema = registryCheck(UnitGrid)

/** The polygon is looked at only when its shape is that of one. */
export const checkGrid: Check = (value) => {
  const reasons = checkSchema(value)
  const hasShape = reasons.every((reason) => !reason.field?.startsWith('geometry'))
  const polygon: ImportReason[] = hasShape ? polygonFaults(value.geometry as GridGeometry) : []
  return [...reasons, ...polygon]
}

/** Unit grids one by one. One beyond the scope is not found. Each change works the codes of devices and parts out again. */
export function createGridRegistry(context: RegistryContext) {
  const { pool, grids } = context
  const write = (grid: UnitGrid, existing: 'leave' | 'overwrite') =>
    changeGrids(context, (client) => writeGrids(client, [grid], existing))

  return {
    async list(filter: GridFilter): Promise<Page<UnitGrid>> {
      const after = decodeCursor(filter.after, ['string'])
      const where = new Conditions()
        .addGiven('code > ?', after?.[0])
        .addGiven('district = ?', filter.district)
        .addGiven('street = ?', filter.street)
      addScope(where, filter.scope ?? WHOLE_CITY, GRID_SCOPE)
      const rows = await query<GridRow>(
        pool,
        `select ${GRID_COLUMNS} from unit_grid ${where.clause()}
         order by code limit ${rowsFor(filter.limit)}`,
        where.values,
      )
      return toPage(rows, filter.limit, toUnitGrid, (row) => [row.code])
    },

    /** @throws Rejected('not-found') */
    async get(code: string, scope: Scope = WHOLE_CITY): Promise<UnitGrid> {
      const grid = grids.find(code)
      if (!grid || !seesPlace(scope, code)) throw noSuchGrid(code)
      return Promise.resolve(grid)
    },

    locate(place: Place, scope: Scope = WHOLE_CITY): UnitGrid | undefined {
      const grid = grids.locate(place)
      return grid && seesPlace(scope, grid.code) ? grid : undefined
    },

    /** @throws Rejected('invalid-input') with every reason, Rejected('conflict') */
    async create(grid: UnitGrid): Promise<UnitGrid> {
      refuse(checkGrid(grid))
      const written = await write(grid, 'leave')
      if (written === 0) {
        throw new Rejected('conflict', `a unit grid ${grid.code} is in the registry already`)
      }
      return grid
    },

    /** @throws Rejected('not-found'), Rejected('invalid-input') */
    async update(code: string, patch: UnitGridPatch): Promise<UnitGrid> {
      const before = grids.find(code)
      if (!before) throw noSuchGrid(code)
      const grid = { ...before, ...patch, code }
      refuse(checkGrid(grid))
      await write(grid, 'overwrite')
      return grid
    },

    /** @throws Rejected('not-found') */
    async remove(code: string): Promise<void> {
      await changeGrids(context, async (client) => {
        const removed = await query(
          client,
          'delete from unit_grid where code = $1 returning code',
          [code],
        )
        if (removed.length === 0) throw noSuchGrid(code)
      })
    },
  }
}

async function changeGrids<Result>(
  { pool, grids, directory }: RegistryContext,
  work: (client: PoolClient) => Promise<Result>,
): Promise<Result> {
  let regridded: Regridded | undefined
  try {
    const result = await inTransaction(pool, async (client) => {
      await lockImports(client)
      const done = await work(client)
      regridded = await applyGrids(client, grids)
      return done
    })
    await directory.refresh(regridded?.devices ?? [])
    await directory.refreshParts(new Set(regridded?.parts))
    return result
  } catch (error) {
    regridded?.undo()
    throw error
  }
}

/** Writes grids in one statement. @returns how many were written */
export async function writeGrids(
  session: Session,
  grids: readonly UnitGrid[],
  existing: 'leave' | 'overwrite',
): Promise<number> {
  const action =
    existing === 'leave'
      ? 'nothing'
      : `update set district = excluded.district, street = excluded.street,
         community = excluded.community, geometry = excluded.geometry, updated_at = now()`
  const rows = await query(
    session,
    `insert into unit_grid (${GRID_COLUMNS})
     select ${GRID_COLUMNS} from jsonb_to_recordset($1::jsonb) as given(
       code text, district text, street text, community text, geometry jsonb)
     order by code
     on conflict (code) do ${action}
     returning code`,
    [JSON.stringify(grids)],
  )
  return rows.length
}

const noSuchGrid = (code: string): Rejected =>
  new Rejected('not-found', `no unit grid ${code} is in the registry`, { detail: { code } })
