import type { Actor } from '#model/audit.ts'
import type { Department } from '#model/department.ts'
import { Rejected } from '#model/error.ts'
import { isStorable } from '#model/storable.ts'
import { Conditions } from '#store/queries/conditions.ts'
import { decodeCursor, type Page, type PageRequest, rowsFor, toPage } from '#store/queries/page.ts'
import { query, type Session } from '#store/query.ts'
import { formatTimestamp } from '#store/timestamp.ts'
import { changePeople, type PeopleContext } from './people-change.ts'

export interface DepartmentFilter extends PageRequest {
  /** Right below this one; an empty text: at the top. */
  readonly parentId?: string | undefined
  readonly enabled?: boolean | undefined
}

interface DepartmentRow {
  readonly id: string
  readonly parent_id: string | null
  readonly name: string
  readonly contact: string | null
  readonly enabled: boolean
}

const COLUMNS = 'id, parent_id, name, contact, enabled'

const toDepartment = ({ parent_id, ...row }: DepartmentRow): Department => ({
  ...row,
  parentId: parent_id,
})

/** The tree of departments. Every change is written in the audit log. */
export function createDepartmentRegistry(context: PeopleContext) {
  const { pool, clock } = context
  return {
    async list(filter: DepartmentFilter): Promise<Page<Department>> {
      const after = decodeCursor(filter.after, ['string'])
      const where = new Conditions()
        .addGiven('id > ?', after?.[0])
        .addGiven(`coalesce(parent_id, '') = ?`, filter.parentId)
        .addGiven('enabled = ?', filter.enabled)
      const rows = await query<DepartmentRow>(
        pool,
        `select ${COLUMNS} from department ${where.clause()}
         order by id limit ${rowsFor(filter.limit)}`,
        where.values,
      )
      return toPage(rows, filter.limit, toDepartment, (row) => [row.id])
    },

    /** @throws Rejected('not-found') */
    async get(id: string): Promise<Department> {
      const found = await read(pool, id)
      if (!found) throw noSuchDepartment(id)
      return found
    },

    /**
     * Adds a department, or changes or moves the one of that id. @returns whether it is new
     *
     * @throws Rejected('invalid-input') when there is none above it, Rejected('conflict') when it
     *   would come to stand below itself
     */
    async put(department: Department, actor: Actor): Promise<boolean> {
      if (!isStorable(department)) {
        throw new Rejected('invalid-input', 'a text of it holds a NUL or half a character')
      }
      return changePeople(context, 'all', async (client, audit) => {
        const { id, parentId, name, contact, enabled } = department
        await checkPlace(client, id, parentId)
        const before = await read(client, id)
        await query(
          client,
          `insert into department (${COLUMNS}, created_at, updated_at)
           values ($1, $2, $3, $4, $5, $6, $6)
           on conflict (id) do update set parent_id = excluded.parent_id, name = excluded.name,
             contact = excluded.contact, enabled = excluded.enabled, updated_at = excluded.updated_at`,
          [id, parentId, name, contact, enabled, formatTimestamp(clock.now())],
        )
        const action = before ? 'department.changed' : 'department.added'
        const detail = { before: before ?? null, after: department }
        await audit({ actor, action, object: { kind: 'department', id }, detail })
        return before === undefined
      })
    },

    /** @throws Rejected('not-found'), Rejected('conflict') while something refers to it */
    async remove(id: string, actor: Actor): Promise<void> {
      await changePeople(context, 'all', async (client, audit) => {
        const before = await read(client, id)
        if (!before) throw noSuchDepartment(id)
        const [user] = await query<{ readonly what: string }>(
          client,
          `select 'the department ' || id || ' is below it' as what from department
             where parent_id = $1
           union all
           select 'the account ' || login || ' is of it' from account where department_id = $1
           union all
           select 'a rule of dispatch names it' from dispatch_rule where department_id = $1
           union all
           select 'cases were given to it' from case_record where department_id = $1
           limit 1`,
          [id],
        )
        if (user) {
          const sentence = `${user.what}: it can be disabled and not removed`
          throw new Rejected('conflict', sentence, { detail: { id } })
        }
        await query(client, 'delete from department where id = $1', [id])
        const object = { kind: 'department', id }
        await audit({ actor, action: 'department.removed', object, detail: { before } })
      })
    },
  }
}

async function read(session: Session, id: string): Promise<Department | undefined> {
  const [row] = await query<DepartmentRow>(
    session,
    `select ${COLUMNS} from department where id = $1`,
    [id],
  )
  return row && toDepartment(row)
}

/** Whether it can stand below another: that one is there, and is not below it. */
async function checkPlace(session: Session, id: string, parentId: string | null): Promise<void> {
  if (parentId === null) return
  const above = await query<{ readonly id: string }>(
    session,
    `with recursive above as (
       select id, parent_id from department where id = $1
       union select up.id, up.parent_id from department up join above on up.id = above.parent_id)
     select id from above`,
    [parentId],
  )
  if (parentId === id || above.some((each) => each.id === id)) {
    throw new Rejected('conflict', `the department ${parentId} is ${id} or below it`)
  }
  if (above.length === 0) {
    throw new Rejected('invalid-input', `there is no department ${parentId}`)
  }
}

const noSuchDepartment = (id: string): Rejected =>
  new Rejected('not-found', `there is no department ${id}`, { detail: { id } })
