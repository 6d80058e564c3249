import type { PoolClient } from 'pg'
import { v7 as uuidv7 } from 'uuid'
import { type Account, type AccountFields, loginOf } from '#model/account.ts'
import type { Actor } from '#model/audit.ts'
import { Rejected } from '#model/error.ts'
import type { Role } from '#model/role.ts'
import { isStorable } from '#model/storable.ts'
import { Conditions } from '#store/queries/conditions.ts'
import { decodeCursor, type Page, type PageRequest, rowsFor, toPage } from '#store/queries/page.ts'
import { query } from '#store/query.ts'
import { formatTimestamp } from '#store/timestamp.ts'
import { administers, checkAccount, keepAdministrator } from './account-checks.ts'
import {
  ACCOUNT_COLUMNS,
  type AccountRow,
  fieldsOf,
  lockAccount,
  noSuchAccount,
  toAccount,
} from './account-record.ts'
import { changePeople, type PeopleContext } from './people-change.ts'
import { endSessions } from './sessions.ts'

export interface AccountFilter extends PageRequest {
  readonly role?: Role | undefined
  readonly departmentId?: string | undefined
  readonly enabled?: boolean | undefined
  /** Is in the login, the name or the email address. */
  readonly text?: string | undefined
}

/** A new account; what is left out it has not. */
export type NewAccount = Pick<AccountFields, 'login' | 'name' | 'roles'> & Partial<AccountFields>

export const NOTHING: Omit<AccountFields, 'login' | 'name' | 'roles'> = {
  email: null,
  departmentId: null,
  areas: [],
  dutyGrids: [],
  networks: [],
  deviceId: null,
  oidc: null,
  enabled: true,
}

/** The accounts of people and programs. Every change is written in the audit log. */
export function createAccountRegistry(context: PeopleContext) {
  const { pool, clock } = context
  return {
    async list(filter: AccountFilter): Promise<Page<Account>> {
      const after = decodeCursor(filter.after, ['string'])
      const text = filter.text?.trim().toLowerCase()
      const where = new Conditions()
        .addGiven('login > ?', after?.[0])
        .addGiven('? = any(roles)', filter.role)
        .addGiven('department_id = ?', filter.departmentId)
        .addGiven('enabled = ?', filter.enabled)
        .addGiven(`strpos(lower(login || ' ' || name || ' ' || coalesce(email, '')), ?) > 0`, text)
      const rows = await query<AccountRow>(
        pool,
        `select ${ACCOUNT_COLUMNS} from account ${where.clause()}
         order by login limit ${rowsFor(filter.limit)}`,
        where.values,
      )
      return toPage(rows, filter.limit, toAccount, (row) => [row.login])
    },

    /** @throws Rejected('not-found') */
    async get(id: string): Promise<Account> {
      const [row] = await query<AccountRow>(
        pool,
        `select ${ACCOUNT_COLUMNS} from account where id = $1`,
        [id],
      )
      if (!row) throw noSuchAccount(id)
      return toAccount(row)
    },

    /** @throws Rejected('invalid-input'), Rejected('conflict') */
    async add(draft: NewAccount, actor: Actor): Promise<Account> {
      const id = uuidv7({ msecs: clock.now() })
      const fields = tidied({ ...NOTHING, ...draft })
      return changePeople(context, [id], async (client, audit) => {
        await checkAccount(client, { ...fields, hasPassword: false })
        const row = await insertAccount(client, id, fields, formatTimestamp(clock.now()))
        const object = { kind: 'account', id }
        await audit({ actor, action: 'account.added', object, detail: { ...fields } })
        return toAccount(row)
      })
    },

    /** @throws Rejected('not-found'), Rejected('invalid-input'), Rejected('conflict') */
    async change(id: string, patch: Partial<AccountFields>, actor: Actor): Promise<Account> {
      return changePeople(context, [id], async (client, audit) => {
        const row = await lockAccount(client, id)
        const before = fieldsOf(row)
        const after = tidied({ ...before, ...patch })
        await checkAccount(client, { ...after, hasPassword: row.password_hash !== null })
        if (administers(before) && !administers(after)) await keepAdministrator(client, id)
        const written = await updateAccount(client, id, after, formatTimestamp(clock.now()))
        if (!after.enabled) await endSessions(client, id)
        const detail = difference(before, after)
        const object = { kind: 'account', id }
        await audit({ actor, action: 'account.changed', object, detail })
        return toAccount(written)
      })
    },

    /** @throws Rejected('not-found'), Rejected('conflict') */
    async remove(id: string, actor: Actor): Promise<void> {
      await changePeople(context, [id], async (client, audit) => {
        const { login, name, ...rest } = fieldsOf(await lockAccount(client, id))
        if (administers(rest)) await keepAdministrator(client, id)
        await query(client, 'delete from account where id = $1', [id])
        const object = { kind: 'account', id }
        await audit({ actor, action: 'account.removed', object, detail: { login, name } })
      })
    },

    /** Lets somebody try again who failed too often. @throws Rejected('not-found') */
    async unlock(id: string, actor: Actor): Promise<Account> {
      return changePeople(context, [id], async (client, audit) => {
        await lockAccount(client, id)
        const [row] = await query<AccountRow>(
          client,
          `update account set failed_attempts = 0, locked_until = null where id = $1
           returning ${ACCOUNT_COLUMNS}`,
          [id],
        )
        await audit({ actor, action: 'account.unlocked', object: { kind: 'account', id } })
        return toAccount(row as AccountRow)
      })
    },
  }
}

/** One form of each text, and no value twice. @throws Rejected('invalid-input') */
export function tidied(fields: AccountFields): AccountFields {
  if (!isStorable(fields)) {
    throw new Rejected('invalid-input', 'a text of the account holds a NUL or half a character')
  }
  const once = <Item>(items: readonly Item[]): Item[] => [...new Set(items)]
  return {
    ...fields,
    login: loginOf(fields.login),
    name: fields.name.trim(),
    email: fields.email?.trim() ?? null,
    roles: once(fields.roles),
    areas: once(fields.areas),
    dutyGrids: once(fields.dutyGrids),
    networks: once(fields.networks),
  }
}

const valuesOf = (fields: AccountFields): readonly unknown[] => [
  fields.login,
  fields.name,
  fields.email,
  fields.roles,
  fields.departmentId,
  fields.areas,
  fields.dutyGrids,
  fields.networks,
  fields.deviceId,
  fields.oidc?.issuer ?? null,
  fields.oidc?.subject ?? null,
  fields.enabled,
]

const FIELD_COLUMNS =
  'login, name, email, roles, department_id, areas, duty_grids, networks, device_id, ' +
  'oidc_issuer, oidc_subject, enabled'

export async function insertAccount(
  client: PoolClient,
  id: string,
  fields: AccountFields,
  at: string,
): Promise<AccountRow> {
  const [row] = await query<AccountRow>(
    client,
    `insert into account (id, created_at, updated_at, ${FIELD_COLUMNS})
     values ($1, $2, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
     returning ${ACCOUNT_COLUMNS}`,
    [id, at, ...valuesOf(fields)],
  )
  return row as AccountRow
}

async function updateAccount(
  client: PoolClient,
  id: string,
  fields: AccountFields,
  at: string,
): Promise<AccountRow> {
  const [row] = await query<AccountRow>(
    client,
    `update account set updated_at = $2, (${FIELD_COLUMNS}) =
       ($3, $4, $5, $6::text[], $7, $8::text[], $9::text[], $10::text[], $11, $12, $13, $14::boolean)
     where id = $1 returning ${ACCOUNT_COLUMNS}`,
    [id, at, ...valuesOf(fields)],
  )
  return row as AccountRow
}

/** What a change changed: each field with what it was and what it is. */
function difference(before: object, after: object): Record<string, unknown> {
  const was = new Map<string, unknown>(Object.entries(before))
  return Object.fromEntries(
    Object.entries(after)
      .filter(([name, now]) => JSON.stringify(now) !== JSON.stringify(was.get(name)))
      .map(([name, now]) => [name, { from: was.get(name), to: now }]),
  )
}
