import type { Account, AccountFields } from '#model/account.ts'
import { Rejected } from '#model/error.ts'
import type { Role } from '#model/role.ts'
import type { EpochMs } from '#model/time.ts'
import { query, type Session } from '#store/query.ts'

export interface AccountRow {
  readonly id: string
  readonly login: string
  readonly name: string
  readonly email: string | null
  readonly roles: readonly Role[]
  readonly department_id: string | null
  readonly areas: readonly string[]
  readonly duty_grids: readonly string[]
  readonly networks: readonly string[]
  readonly device_id: string | null
  readonly oidc_issuer: string | null
  readonly oidc_subject: string | null
  readonly enabled: boolean
  readonly password_hash: string | null
  readonly password_changed_at: EpochMs | null
  readonly must_change_password: boolean
  readonly failed_attempts: number
  readonly locked_until: EpochMs | null
  readonly last_sign_in_at: EpochMs | null
  readonly created_at: EpochMs
  readonly updated_at: EpochMs
}

export const ACCOUNT_COLUMNS =
  'id, login, name, email, roles, department_id, areas, duty_grids, networks, device_id, ' +
  'oidc_issuer, oidc_subject, enabled, password_hash, password_changed_at, must_change_password, ' +
  'failed_attempts, locked_until, last_sign_in_at, created_at, updated_at'

export const toAccount = (row: AccountRow): Account => ({
  id: row.id,
  ...fieldsOf(row),
  hasPassword: row.password_hash !== null,
  passwordChangedAt: row.password_changed_at,
  mustChangePassword: row.must_change_password,
  failedAttempts: row.failed_attempts,
  lockedUntil: row.locked_until,
  lastSignInAt: row.last_sign_in_at,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
})

export const fieldsOf = (row: AccountRow): AccountFields => ({
  login: row.login,
  name: row.name,
  email: row.email,
  roles: [...row.roles],
  departmentId: row.department_id,
  areas: [...row.areas],
  dutyGrids: [...row.duty_grids],
  networks: [...row.networks],
  deviceId: row.device_id,
  oidc:
    row.oidc_issuer === null || row.oidc_subject === null
      ? null
      : { issuer: row.oidc_issuer, subject: row.oidc_subject },
  enabled: row.enabled,
})

/** An account as it is stored, kept from changing until the end of the transaction. */
export async function lockAccount(session: Session, id: string): Promise<AccountRow> {
  const [row] = await query<AccountRow>(
    session,
    `select ${ACCOUNT_COLUMNS} from account where id = $1 for update`,
    [id],
  )
  if (!row) throw noSuchAccount(id)
  return row
}

export const noSuchAccount = (id: string): Rejected =>
  new Rejected('not-found', `there is no account ${id}`, { detail: { id } })
