import type { Pool } from 'pg'
import { loginOf } from '#model/account.ts'
import { messageOf, Unavailable } from '#model/error.ts'
import type { Identity } from '#model/identity.ts'
import type { Principal } from '#model/principal.ts'
import type { Role } from '#model/role.ts'
import { days, type EpochMs, minus, minutes, plus } from '#model/time.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Logger } from '#runtime/logger.ts'
import { ReadBack } from '#store/read-back.ts'
import {
  type CredentialRow,
  deleteEnded,
  type KnownAccountRow,
  type KnownDepartment,
  readAccounts,
  readCity,
  readCredentials,
  type Seen,
  writeSeen,
} from './identity-rows.ts'
import type { Affected } from './people-change.ts'
import { scopeOf } from './scope-of.ts'
import { tokenHash } from './token.ts'

export interface IdentityOptions {
  readonly pool: Pool
  readonly clock: Clock
  readonly log: Logger
  readonly config: { readonly sessionIdleMin: number; readonly passwordMaxAgeDays: number }
}

interface KnownAccount {
  readonly login: string
  readonly principal: Principal
  /** The terminal it carries. */
  readonly deviceId: string | null
  readonly enabled: boolean
  readonly mustChangePassword: boolean
  readonly passwordChangedAt: EpochMs | null
}

interface Credential {
  readonly row: CredentialRow
  seenAt: EpochMs | null
  /** Used since that was written down. */
  isUsed: boolean
}

const ALL = '*'

/**
 * Everybody who may come in, in memory, so that a request costs no query and an unknown token none
 * either. It follows the writes of this process; {@link keep} brings in what else changed.
 */
export class IdentityDirectory {
  readonly #options: IdentityOptions
  readonly #accounts = new Map<string, KnownAccount>()
  /** Ids of the accounts of programs that may come in, by login. */
  #programs: ReadonlyMap<string, string> = new Map()
  /** By the hash of what their holders show. */
  readonly #credentials = new Map<string, Credential>()
  readonly #listeners = new Set<(credentialIds: readonly string[]) => void>()
  readonly #readBack: ReadBack
  /** Changed, and not read since. */
  readonly #changed = new Set<string>()
  #isBehind = false
  #departments: ReadonlyMap<string, KnownDepartment> = new Map()

  private constructor(options: IdentityOptions) {
    this.#options = options
    this.#readBack = new ReadBack(
      (ids) => this.#read(ids),
      (error) => {
        this.#isBehind = true
        options.log.warn({ reason: messageOf(error) }, 'accounts are behind')
      },
    )
  }

  static async open(options: IdentityOptions): Promise<IdentityDirectory> {
    const directory = new IdentityDirectory(options)
    await directory.#read([ALL])
    return directory
  }

  /**
   * Whose token it is. `isGlance`: asking does not count as using it.
   *
   * @throws Unavailable while a change of accounts cannot be read
   */
  ofToken(token: string, isGlance = false): Identity | undefined {
    return this.#find('access-token', token, isGlance)
  }

  /** Whose session it is; using it keeps it from ending. @throws Unavailable as {@link ofToken} */
  ofSession(token: string, isGlance = false): Identity | undefined {
    return this.#find('session', token, isGlance)
  }

  /** Whether an account of a program has that login. */
  hasProgram(login: string): boolean {
    return this.#programs.has(loginOf(login))
  }

  /** The program of that login, if it is its token. @throws Unavailable as {@link ofToken} */
  ofProgram(login: string, token: string): Identity | undefined {
    const identity = this.ofToken(token)
    const isIts = identity && identity.principal.accountId === this.#programs.get(loginOf(login))
    return isIts ? identity : undefined
  }

  /** Those that can be given cases, by id. */
  get departments(): ReadonlyMap<string, KnownDepartment> {
    return this.#departments
  }

  /** Whoever has a role, with the terminal they carry. */
  withRole(role: Role): readonly { principal: Principal; deviceId: string | null }[] {
    return [...this.#accounts.values()].filter(
      ({ enabled, principal }) => enabled && principal.roles.includes(role),
    )
  }

  /** Who carries a terminal; undefined when nobody who may come in does. */
  ofTerminal(deviceId: string): Principal | undefined {
    const found = [...this.#accounts.values()].find((account) => account.deviceId === deviceId)
    return found?.enabled ? found.principal : undefined
  }

  /** What an account carries; null where it carries none. */
  terminalOf(accountId: string): string | null {
    return this.#accounts.get(accountId)?.deviceId ?? null
  }

  /**
   * Hears of sessions and tokens that ended, or whose account may see something else now: what was
   * begun on the strength of them has to end.
   */
  onEnded(listener: (credentialIds: readonly string[]) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Reads accounts back after a commit. It never fails: while it cannot read, it lets nobody in. */
  refresh(affected: Affected): Promise<void> {
    const ids = affected === 'all' ? [ALL] : affected
    for (const id of ids) this.#changed.add(id)
    return this.#readBack.refresh(ids)
  }

  /** Writes down what was used, ends what nobody used, and reads all again. To be done now and again. */
  async keep(): Promise<void> {
    const { pool, clock, config } = this.#options
    await this.#writeSeen()
    const now = clock.now()
    await deleteEnded(pool, now, minus(now, minutes(config.sessionIdleMin)))
    await this.#readBack.refresh([ALL])
  }

  /** Also writes down what was used last, where that can be done. */
  async close(): Promise<void> {
    this.#readBack.close()
    this.#listeners.clear()
    await this.#writeSeen().catch((error: unknown) => {
      this.#options.log.warn({ reason: messageOf(error) }, 'the last use of sessions is not kept')
    })
  }

  #find(kind: CredentialRow['kind'], token: string, isGlance: boolean): Identity | undefined {
    const credential = this.#credentials.get(keyOf(tokenHash(token)))
    if (credential?.row.kind !== kind) return undefined
    if (this.#isBehind && this.#changed.size > 0) {
      const sentence = 'accounts were changed and the database cannot be read'
      throw new Unavailable('database-unavailable', sentence)
    }
    const account = this.#accounts.get(credential.row.account_id)
    const now = this.#options.clock.now()
    if (!account?.enabled || this.#endOf(credential) <= now) return undefined
    if (!isGlance) {
      credential.seenAt = now
      credential.isUsed = true
    }
    const endsAt = this.#endOf(credential)
    return {
      principal: account.principal,
      kind,
      credentialId: credential.row.id,
      expiresAt: endsAt === Infinity ? null : endsAt,
      passwordDue: credential.row.by_password && this.#isPasswordDue(account, now),
    }
  }

  #endOf({ row, seenAt }: Credential): EpochMs {
    const last = row.expires_at ?? (Infinity as EpochMs)
    if (row.kind === 'access-token' || seenAt === null) return last
    const idle = plus(seenAt, minutes(this.#options.config.sessionIdleMin))
    return idle < last ? idle : last
  }

  #isPasswordDue({ mustChangePassword, passwordChangedAt }: KnownAccount, now: EpochMs): boolean {
    const { passwordMaxAgeDays } = this.#options.config
    if (mustChangePassword) return true
    if (passwordMaxAgeDays === 0 || passwordChangedAt === null) return false
    return plus(passwordChangedAt, days(passwordMaxAgeDays)) <= now
  }

  async #read(ids: readonly string[]): Promise<void> {
    const { pool, clock } = this.#options
    const wanted = ids.includes(ALL) ? null : ids
    const city = await readCity(pool)
    const accounts = await readAccounts(pool, wanted)
    const credentials = await readCredentials(pool, wanted, clock.now())
    const known = accounts.map((row) => [row.id, knownAccount(row, city)] as const)
    this.#departments = city.departments
    this.#apply(wanted, new Map(known), credentials)
    this.#isBehind = false
    if (wanted === null) this.#changed.clear()
    else for (const id of wanted) this.#changed.delete(id)
  }

  #apply(
    ids: readonly string[] | null,
    accounts: ReadonlyMap<string, KnownAccount>,
    rows: readonly CredentialRow[],
  ): void {
    const found = new Map(rows.map((row) => [keyOf(row.token_hash), row]))
    const ended: string[] = []
    const of = new Set(ids ?? [...this.#accounts.keys(), ...accounts.keys()])
    const isOther = new Map(
      [...of].map((id) => [id, !isSame(this.#accounts.get(id), accounts.get(id))]),
    )
    for (const [key, { row }] of this.#credentials) {
      if (!of.has(row.account_id)) continue
      if (!found.has(key) || isOther.get(row.account_id)) ended.push(row.id)
      if (!found.has(key)) this.#credentials.delete(key)
    }
    for (const [key, row] of found) {
      const before = this.#credentials.get(key)
      const seenAt = later(before?.seenAt ?? null, row.seen_at)
      this.#credentials.set(key, { row, seenAt, isUsed: before?.isUsed ?? false })
    }
    for (const id of of) {
      const account = accounts.get(id)
      if (account) this.#accounts.set(id, account)
      else this.#accounts.delete(id)
    }
    this.#programs = programsAmong(this.#accounts)
    if (ended.length > 0) for (const listener of this.#listeners) listener(ended)
  }

  async #writeSeen(): Promise<void> {
    const used = [...this.#credentials.values()].filter(({ isUsed }) => isUsed)
    const seen = (kind: CredentialRow['kind']): Seen[] =>
      used.flatMap(({ row, seenAt }) =>
        row.kind === kind && seenAt !== null ? [{ id: row.id, at: seenAt }] : [],
      )
    await writeSeen(this.#options.pool, 'session', seen('session'))
    await writeSeen(this.#options.pool, 'access_token', seen('access-token'))
    for (const credential of used) credential.isUsed = false
  }
}

function knownAccount(row: KnownAccountRow, city: Parameters<typeof scopeOf>[1]): KnownAccount {
  const { id, name, roles, areas, networks } = row
  const bounds = {
    roles,
    areas,
    networks,
    departmentId: row.department_id,
    dutyGrids: row.duty_grids,
  }
  return {
    login: row.login,
    principal: { accountId: id, name, roles, scope: scopeOf(bounds, city) },
    deviceId: row.device_id,
    enabled: row.enabled,
    mustChangePassword: row.must_change_password,
    passwordChangedAt: row.password_changed_at,
  }
}

const programsAmong = (accounts: ReadonlyMap<string, KnownAccount>): Map<string, string> =>
  new Map(
    [...accounts]
      .filter(([, { enabled, principal }]) => enabled && principal.roles.includes('integration'))
      .map(([id, { login }]) => [login, id]),
  )

/** Whether it lets in whoever it let in, to see and do the same. */
const isSame = (before: KnownAccount | undefined, after: KnownAccount | undefined): boolean =>
  before?.enabled === after?.enabled &&
  JSON.stringify(before?.principal) === JSON.stringify(after?.principal)

const keyOf = (hash: Buffer): string => hash.toString('base64')

const later = (one: EpochMs | null, other: EpochMs | null): EpochMs | null =>
  one === null || other === null ? (one ?? other) : one > other ? one : other
