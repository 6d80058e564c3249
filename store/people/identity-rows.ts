import type { Role } from '#model/role.ts'
import type { EpochMs } from '#model/time.ts'
import { query, type Session } from '#store/query.ts'
import { formatTimestamp } from '#store/timestamp.ts'
import type { City } from './scope-of.ts'

export interface KnownAccountRow {
  readonly id: string
  readonly login: string
  readonly name: string
  readonly roles: readonly Role[]
  readonly department_id: string | null
  readonly areas: readonly string[]
  readonly duty_grids: readonly string[]
  readonly networks: readonly string[]
  readonly device_id: string | null
  readonly enabled: boolean
  readonly must_change_password: boolean
  readonly password_changed_at: EpochMs | null
}

export interface CredentialRow {
  readonly id: string
  readonly kind: 'session' | 'access-token'
  readonly token_hash: Buffer
  readonly account_id: string
  readonly by_password: boolean
  readonly seen_at: EpochMs | null
  readonly expires_at: EpochMs | null
}

/** Accounts of these ids, or all. */
export const readAccounts = (session: Session, ids: readonly string[] | null) =>
  query<KnownAccountRow>(
    session,
    `select id, login, name, roles, department_id, areas, duty_grids, networks, device_id, enabled,
       must_change_password, password_changed_at
     from account where $1::uuid[] is null or id = any($1)`,
    [ids],
  )

/** What lets somebody in as one of these accounts, or as any, as long as nothing ends it. */
export const readCredentials = (session: Session, ids: readonly string[] | null, now: EpochMs) =>
  query<CredentialRow>(
    session,
    `select id, 'session' as kind, token_hash, account_id, way = 'password' as by_password,
       last_seen_at as seen_at, expires_at
     from session where ($1::uuid[] is null or account_id = any($1)) and expires_at > $2
     union all
     select id, 'access-token', token_hash, account_id, false, last_used_at, expires_at
     from access_token where ($1::uuid[] is null or account_id = any($1))
       and revoked_at is null and (expires_at is null or expires_at > $2)`,
    [ids, formatTimestamp(now)],
  )

/** A department that can be given cases. */
export interface KnownDepartment {
  readonly id: string
  readonly name: string
}

/** What the bounds of accounts are made of, and the departments by their names. */
export async function readCity(
  session: Session,
): Promise<City & { readonly departments: ReadonlyMap<string, KnownDepartment> }> {
  const departments = await query<{
    readonly id: string
    readonly parent_id: string | null
    readonly name: string
    readonly enabled: boolean
  }>(session, 'select id, parent_id, name, enabled from department order by id')
  const grids = await query<{ readonly code: string; readonly unit_grids: readonly string[] }>(
    session,
    'select code, unit_grids from duty_grid',
  )
  const below = new Map<string, string[]>()
  for (const { id, parent_id } of departments) {
    if (parent_id !== null) below.set(parent_id, [...(below.get(parent_id) ?? []), id])
  }
  return {
    below,
    departments: new Map(
      departments.flatMap(({ id, name, enabled }) => (enabled ? [[id, { id, name }]] : [])),
    ),
    unitGrids: new Map(grids.map(({ code, unit_grids }) => [code, unit_grids])),
  }
}

/** Something that was used, and when. */
export interface Seen {
  readonly id: string
  readonly at: EpochMs
}

export async function writeSeen(
  session: Session,
  table: 'session' | 'access_token',
  seen: readonly Seen[],
): Promise<void> {
  if (seen.length === 0) return
  const column = table === 'session' ? 'last_seen_at' : 'last_used_at'
  await query(
    session,
    `update ${table} set ${column} = greatest(${column}, given.at)
     from unnest($1::uuid[], $2::timestamptz[]) as given(id, at) where ${table}.id = given.id`,
    [seen.map(({ id }) => id), seen.map(({ at }) => formatTimestamp(at))],
  )
}

/** Sessions past their end, and those nobody used since. */
export const deleteEnded = (session: Session, now: EpochMs, idleSince: EpochMs): Promise<unknown> =>
  query(session, 'delete from session where expires_at <= $1 or last_seen_at <= $2', [
    formatTimestamp(now),
    formatTimestamp(idleSince),
  ])
