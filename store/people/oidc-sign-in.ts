import type { PoolClient } from 'pg'
import { v7 as uuidv7 } from 'uuid'
import {
  type AccountFields,
  isOfDepartment,
  LOGIN_PATTERN,
  loginOf,
  type OidcSubject,
} from '#model/account.ts'
import type { AuditEntry } from '#model/audit.ts'
import { Rejected } from '#model/error.ts'
import type { OpenedSession, Origin, VouchedFor } from '#model/identity.ts'
import { query, type Session } from '#store/query.ts'
import { formatTimestamp } from '#store/timestamp.ts'
import { checkAccount } from './account-checks.ts'
import { ACCOUNT_COLUMNS, type AccountRow, toAccount } from './account-record.ts'
import { insertAccount, NOTHING, tidied } from './account-registry.ts'
import { writeAudit } from './audit-log.ts'
import { type Claims, type OidcPolicy, readClaims } from './oidc-policy.ts'
import { changePeople } from './people-change.ts'
import { actorAt, openSession, type SignInContext } from './sign-in.ts'

const LOGIN = new RegExp(LOGIN_PATTERN, 'u')

/**
 * Sign-in of those a provider vouches for. Who it is says issuer and subject. At the first sign-in an
 * account that was made before is found by a claim, and from then on belongs to that subject.
 */
export function createOidcSignIn(context: Omit<SignInContext, 'hasher'>, policy: OidcPolicy) {
  const { pool, clock, attempts } = context

  async function refuse(
    { issuer, subject, claims }: VouchedFor,
    account: AccountRow | undefined,
    origin: Origin,
    why: string,
  ): Promise<Rejected> {
    const shown = readClaims(claims, policy).login ?? subject
    const actor = actorAt(account, origin, shown.replaceAll('\0', '').toWellFormed())
    const object = { kind: 'account', id: account?.id ?? null }
    const detail = { why, way: 'oidc', issuer, subject }
    const action = 'session.refused'
    await writeAudit(pool, clock.now(), { actor, action, object, detail, outcome: 'refused' })
    return new Rejected('forbidden', why)
  }

  /** The account of a subject; one that is found or made for it belongs to it from now on. */
  function accountFor(person: VouchedFor, origin: Origin): Promise<AccountRow | undefined> {
    // Which account it is turns out inside; opening the session reads it back.
    return changePeople(context, [], async (client, audit) => {
      const known = await bySubject(client, person)
      if (known) return known
      const found = await byClaim(client, person.claims, policy)
      if (found) return link(client, found, person, audit, origin)
      return policy.createAccounts ? create(client, person, audit, origin) : undefined
    })
  }

  async function create(
    client: PoolClient,
    { issuer, subject, claims }: VouchedFor,
    audit: (entry: AuditEntry) => Promise<void>,
    origin: Origin,
  ): Promise<AccountRow | undefined> {
    const said = readClaims(claims, policy)
    const login = loginOf(said.login ?? said.email ?? subject)
    if (said.roles.length === 0) return undefined
    if (!LOGIN.test(login))
      throw new Rejected('forbidden', 'the provider gives no usable login name')
    const fields: AccountFields = tidied({
      ...NOTHING,
      login,
      name: (said.name ?? login).slice(0, 100),
      email: said.email,
      roles: said.roles,
      departmentId: isOfDepartment(said.roles) ? said.departmentId : null,
      oidc: { issuer, subject },
    })
    await checkAccount(client, { ...fields, hasPassword: false })
    const at = clock.now()
    const row = await insertAccount(client, uuidv7({ msecs: at }), fields, formatTimestamp(at))
    const actor = actorAt(row, origin)
    const object = { kind: 'account', id: row.id }
    await audit({ actor, action: 'account.added', object, detail: { ...fields } })
    return row
  }

  return {
    /** @throws Rejected('forbidden') when no account is theirs, or it is disabled */
    async signIn(person: VouchedFor, origin: Origin): Promise<OpenedSession> {
      const { issuer, subject } = person
      const account = await accountFor(person, origin).catch(async (error: unknown) => {
        if (!(error instanceof Rejected)) throw error
        throw await refuse(person, undefined, origin, error.message)
      })
      if (!account) {
        const why = 'no account is of this user of OpenID Connect: an administrator can add one'
        throw await refuse(person, undefined, origin, why)
      }
      if (!account.enabled) throw await refuse(person, account, origin, 'the account is disabled')
      const detail = { issuer, subject }
      return openSession(context, account, { way: 'oidc', origin, detail })
    },

    /** Writes down that the provider vouches for nobody; only a few times for one address. */
    async failed(why: string, origin: Origin): Promise<void> {
      const blocked = attempts.beginFrom(origin.address)
      if (blocked && !blocked.isFirst) return
      await writeAudit(pool, clock.now(), {
        actor: actorAt(undefined, origin),
        action: 'session.refused',
        detail: { why, way: 'oidc' },
        outcome: 'refused',
      })
    },
  }
}

async function bySubject(
  session: Session,
  { issuer, subject }: OidcSubject,
): Promise<AccountRow | undefined> {
  const [row] = await query<AccountRow>(
    session,
    `select ${ACCOUNT_COLUMNS} from account where oidc_issuer = $1 and oidc_subject = $2`,
    [issuer, subject],
  )
  return row
}

async function byClaim(
  session: Session,
  claims: Claims,
  policy: OidcPolicy,
): Promise<AccountRow | undefined> {
  const { email, login } = readClaims(claims, policy)
  const { accountClaim } = policy
  const value = accountClaim === 'email' ? email : accountClaim === 'none' ? null : login
  if (value === null) return undefined
  const [row] = await query<AccountRow>(
    session,
    `select ${ACCOUNT_COLUMNS} from account
     where ${accountClaim === 'email' ? 'lower(email) = lower($1)' : 'login = $1'}`,
    [accountClaim === 'email' ? value : loginOf(value)],
  )
  return row
}

async function link(
  client: PoolClient,
  found: AccountRow,
  { issuer, subject }: VouchedFor,
  audit: (entry: AuditEntry) => Promise<void>,
  origin: Origin,
): Promise<AccountRow> {
  if (found.oidc_subject !== null) {
    throw new Rejected('forbidden', 'the account is that of another user of OpenID Connect')
  }
  const oidc = { issuer, subject }
  await checkAccount(client, { ...toAccount(found), oidc })
  if (!found.enabled) return found
  const [row] = await query<AccountRow>(
    client,
    `update account set oidc_issuer = $2, oidc_subject = $3 where id = $1
     returning ${ACCOUNT_COLUMNS}`,
    [found.id, issuer, subject],
  )
  const actor = actorAt(found, origin)
  const object = { kind: 'account', id: found.id }
  await audit({ actor, action: 'account.linked', object, detail: oidc })
  return row as AccountRow
}
