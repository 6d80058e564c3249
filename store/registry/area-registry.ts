import type { Pool } from 'pg'
import { type Area, type AreaGeometry, AreaSchema } from '#model/area.ts'
import { Rejected } from '#model/error.ts'
import { Conditions } from '#store/queries/conditions.ts'
import { decodeCursor, type Page, type PageRequest, rowsFor, toPage } from '#store/queries/page.ts'
import { query, type Session } from '#store/query.ts'
import { AREA_COLUMNS, type AreaDirectory, type AreaRow, toArea } from './area-directory.ts'
import { areaFaults } from './area-fault.ts'
import { type Check, refuse, registryCheck } from './check.ts'

export interface AreaRegistryContext {
  readonly pool: Pool
  readonly areas: AreaDirectory
  /** Who names an area, such as `the rule truck-out-of-area`; undefined when nobody does. */
  readonly inUse: (id: string) => string | undefined
}

const checkSchema = registryCheck(AreaSchema)

/** The geometry is looked at only when its form is that of one. */
export const checkArea: Check = (value) => {
  const reasons = checkSchema(value)
  const hasForm = reasons.every((reason) => !reason.field?.startsWith('geometry'))
  return hasForm ? [...reasons, ...areaFaults(value.geometry as AreaGeometry)] : reasons
}

/** Areas one by one. Each write is in the directory when it is answered. */
export function createAreaRegistry({ pool, areas, inUse }: AreaRegistryContext) {
  return {
    async list(filter: PageRequest): Promise<Page<Area>> {
      const after = decodeCursor(filter.after, ['string'])
      const where = new Conditions().addGiven('id > ?', after?.[0])
      const rows = await query<AreaRow>(
        pool,
        `select ${AREA_COLUMNS} from area ${where.clause()} order by id limit ${rowsFor(filter.limit)}`,
        where.values,
      )
      return toPage(rows, filter.limit, toArea, (row) => [row.id])
    },

    /** @throws Rejected('not-found') */
    async get(id: string): Promise<Area> {
      const area = areas.areas.get(id)
      if (!area) throw noSuchArea(id)
      return Promise.resolve(area)
    },

    /**
     * Adds an area or changes the one of that id. @returns whether it is new
     *
     * @throws Rejected('invalid-input') with every reason
     */
    async put(area: Area): Promise<boolean> {
      refuse(checkArea({ ...area }))
      const [written] = await writeAreas(pool, [area])
      await areas.refresh([area.id])
      return written?.is_new === true
    },

    /** @throws Rejected('not-found'), Rejected('conflict') when somebody names it */
    async remove(id: string): Promise<void> {
      const user = inUse(id)
      if (user !== undefined) {
        throw new Rejected('conflict', `${user} names the area ${id}`, { detail: { id } })
      }
      const removed = await query(pool, 'delete from area where id = $1 returning id', [id])
      await areas.refresh([id])
      if (removed.length === 0) throw noSuchArea(id)
    },
  }
}

/** Writes areas in one statement, over those that are there. */
export const writeAreas = (
  session: Session,
  areas: readonly Area[],
): Promise<{ readonly id: string; readonly is_new: boolean }[]> =>
  query(
    session,
    // A row that was there before has been locked by this very statement.
    `insert into area (${AREA_COLUMNS})
     select id, title ->> 'en', title ->> 'zh', geometry
       from jsonb_to_recordset($1::jsonb) as given(id text, title jsonb, geometry jsonb)
     order by id
     on conflict (id) do update set title_en = excluded.title_en, title_zh = excluded.title_zh,
       geometry = excluded.geometry, updated_at = now()
     returning id, xmax = 0 as is_new`,
    [JSON.stringify(areas)],
  )

const noSuchArea = (id: string): Rejected =>
  new Rejected('not-found', `no area ${id} is in the registry`, { detail: { id } })
