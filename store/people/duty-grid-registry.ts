import type { Actor } from '#model/audit.ts'
import type { DutyGrid } from '#model/duty-grid.ts'
import { Rejected } from '#model/error.ts'
import { type Scope, WHOLE_CITY } from '#model/principal.ts'
import { seesWholeCity } from '#model/scope-covers.ts'
import { seesPlace } from '#model/sees-device.ts'
import { isStorable } from '#model/storable.ts'
import { Conditions } from '#store/queries/conditions.ts'
import { decodeCursor, type Page, type PageRequest, rowsFor, toPage } from '#store/queries/page.ts'
import { addScopeOf, GRID_SCOPE } from '#store/queries/scope.ts'
import { query, type Session } from '#store/query.ts'
import { formatTimestamp } from '#store/timestamp.ts'
import { changePeople, type PeopleContext } from './people-change.ts'

interface DutyGridRow {
  readonly code: string
  readonly title: string
  readonly unit_grids: readonly string[]
}

const COLUMNS = 'code, title, unit_grids'

/** With those of its unit grids that are seen. */
const toDutyGrid = ({ code, title, unit_grids }: DutyGridRow, scope: Scope): DutyGrid => ({
  code,
  title,
  unitGrids: seesWholeCity(scope)
    ? [...unit_grids]
    : unit_grids.filter((grid) => seesPlace(scope, grid)),
})

/** Duty grids of which something is seen. */
const inSight = (where: Conditions, scope: Scope): Conditions =>
  addScopeOf(where, scope, GRID_SCOPE, (condition) => {
    return `exists (select from unnest(unit_grids) as each(code) where ${condition})`
  })

/** How many missing unit grids an error names. */
const NAMED = 5

/** The duty grids of a city. Every change is written in the audit log. */
export function createDutyGridRegistry(context: PeopleContext) {
  const { pool, clock } = context
  return {
    async list(
      filter: PageRequest & { readonly scope?: Scope | undefined },
    ): Promise<Page<DutyGrid>> {
      const { scope = WHOLE_CITY } = filter
      const after = decodeCursor(filter.after, ['string'])
      const where = inSight(new Conditions().addGiven('code > ?', after?.[0]), scope)
      const rows = await query<DutyGridRow>(
        pool,
        `select ${COLUMNS} from duty_grid ${where.clause()}
         order by code limit ${rowsFor(filter.limit)}`,
        where.values,
      )
      const show = (row: DutyGridRow): DutyGrid => toDutyGrid(row, scope)
      return toPage(rows, filter.limit, show, (row) => [row.code])
    },

    /** @throws Rejected('not-found') */
    async get(code: string, scope: Scope = WHOLE_CITY): Promise<DutyGrid> {
      const found = await read(pool, code, scope)
      if (!found) throw noSuchDutyGrid(code)
      return found
    },

    /**
     * Adds a duty grid, or changes the one of that code. @returns whether it is new
     *
     * @throws Rejected('invalid-input') when a unit grid of it is not in the registry
     */
    async put(given: DutyGrid, actor: Actor): Promise<boolean> {
      if (!isStorable(given)) {
        throw new Rejected('invalid-input', 'a text of it holds a NUL or half a character')
      }
      const { code, title } = given
      const unitGrids = [...new Set(given.unitGrids)].sort()
      return changePeople(context, 'all', async (client, audit) => {
        await checkUnitGrids(client, unitGrids)
        const before = await read(client, code)
        await query(
          client,
          `insert into duty_grid (${COLUMNS}, created_at, updated_at) values ($1, $2, $3, $4, $4)
           on conflict (code) do update set title = excluded.title,
             unit_grids = excluded.unit_grids, updated_at = excluded.updated_at`,
          [code, title, unitGrids, formatTimestamp(clock.now())],
        )
        const action = before ? 'duty-grid.changed' : 'duty-grid.added'
        const detail = { before: before ?? null, after: { code, title, unitGrids } }
        await audit({ actor, action, object: { kind: 'duty-grid', id: code }, detail })
        return before === undefined
      })
    },

    /** @throws Rejected('not-found'), Rejected('conflict') while an account has it */
    async remove(code: string, actor: Actor): Promise<void> {
      await changePeople(context, 'all', async (client, audit) => {
        const before = await read(client, code)
        if (!before) throw noSuchDutyGrid(code)
        const [user] = await query<{ readonly login: string }>(
          client,
          'select login from account where $1 = any(duty_grids) limit 1',
          [code],
        )
        if (user) throw new Rejected('conflict', `the account ${user.login} has the duty grid`)
        await query(client, 'delete from duty_grid where code = $1', [code])
        const object = { kind: 'duty-grid', id: code }
        await audit({ actor, action: 'duty-grid.removed', object, detail: { before } })
      })
    },
  }
}

async function read(
  session: Session,
  code: string,
  scope: Scope = WHOLE_CITY,
): Promise<DutyGrid | undefined> {
  const where = inSight(new Conditions().add('code = ?', code), scope)
  const text = `select ${COLUMNS} from duty_grid ${where.clause()}`
  const [row] = await query<DutyGridRow>(session, text, where.values)
  return row && toDutyGrid(row, scope)
}

async function checkUnitGrids(session: Session, codes: readonly string[]): Promise<void> {
  const missing = await query<{ readonly code: string }>(
    session,
    `select code from unnest($1::text[]) as given(code)
     where not exists (select from unit_grid where unit_grid.code = given.code) order by code`,
    [codes],
  )
  if (missing.length === 0) return
  const named = missing.slice(0, NAMED).map(({ code }) => code)
  const more = missing.length > NAMED ? ` and ${missing.length - NAMED} more` : ''
  throw new Rejected('invalid-input', `there is no unit grid ${named.join(', ')}${more}`)
}

const noSuchDutyGrid = (code: string): Rejected =>
  new Rejected('not-found', `there is no duty grid ${code}`, { detail: { code } })
