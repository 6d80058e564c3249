import { loginOf } from '#model/account.ts'
import type { Actor } from '#model/audit.ts'
import { Rejected } from '#model/error.ts'
import type { OpenedSession, Origin } from '#model/identity.ts'
import type { PasswordHasher } from '#runtime/password-hasher.ts'
import { inTransaction, query, type Session } from '#store/query.ts'
import { formatTimestamp } from '#store/timestamp.ts'
import type { AccountRow } from './account-record.ts'
import type { Attempts } from './attempts.ts'
import { writeAudit } from './audit-log.ts'
import type { PeopleContext } from './people-change.ts'
import { insertSession } from './sessions.ts'

export interface SignInContext extends PeopleContext {
  readonly hasher: PasswordHasher
  readonly attempts: Attempts
  readonly config: { readonly sessionMaxHours: number }
}

/**
 * Nobody yet, or an account as whom somebody tries to come in. A login that no account has is left out:
 * as often as not it is a password typed into the wrong field.
 */
export const actorAt = (
  account: Pick<AccountRow, 'id' | 'name' | 'roles'> | undefined,
  { address }: Origin,
  nobody = 'nobody',
): Actor => ({
  principal: account
    ? { accountId: account.id, name: account.name, roles: account.roles }
    : { accountId: null, name: nobody, roles: [] },
  address,
})

const LOGIN_SHOWN_MAX = 64

/** Sign-in by login and password. Every attempt is written in the audit log. */
export function createPasswordSignIn(context: SignInContext) {
  const { pool, clock, attempts, hasher } = context

  /** Writes down an attempt that got nowhere and hands back what to throw. */
  async function refuse(
    error: Rejected,
    actor: Actor,
    action: 'session.refused' | 'session.locked',
    why: string,
  ): Promise<Rejected> {
    const object = { kind: 'account', id: actor.principal.accountId }
    const detail = { why, way: 'password' }
    await writeAudit(pool, clock.now(), { actor, action, object, detail, outcome: 'refused' })
    return error
  }

  return {
    /**
     * Opens a session for whoever knows the password.
     *
     * @throws Rejected('unauthorized'), Rejected('too-many-attempts'), Unavailable('not-ready')
     */
    async signIn(
      given: { readonly login: string; readonly password: string },
      origin: Origin,
    ): Promise<OpenedSession> {
      const login = loginOf(given.login)
      const shown = login.slice(0, LOGIN_SHOWN_MAX).replaceAll('\0', '').toWellFormed()
      const blocked = attempts.beginFrom(origin.address)
      if (blocked) {
        // Only the first is written down: nobody fills the log with what costs nothing to send.
        const actor = actorAt(undefined, origin)
        if (!blocked.isFirst) throw blocked.error
        throw await refuse(blocked.error, actor, 'session.locked', 'the address is locked out')
      }
      const attempt = await attempts.begin(shown, origin.address)
      const { account } = attempt
      const actor = actorAt(account, origin)
      if (!attempt.allowed) {
        const error = attempts.refusal(attempt.until)
        throw await refuse(error, actor, 'session.locked', 'the account is locked')
      }
      const fits = await verifyCounted(context, given.password, account, origin)
      if (!fits || account === undefined) {
        throw await refuse(wrong(), actor, 'session.refused', 'wrong login name or password')
      }
      if (!account.enabled) {
        const error = new Rejected('unauthorized', 'the account is disabled')
        throw await refuse(error, actor, 'session.refused', 'the account is disabled')
      }
      await renewHash(account, given.password)
      return openSession(context, account, { way: 'password', origin, attempts })
    },
  }

  /** A hash that was made at another cost is made anew while the password is known. */
  async function renewHash(account: AccountRow, password: string): Promise<void> {
    if (account.password_hash === null || !hasher.isOutdated(account.password_hash)) return
    const hash = await hasher.hash(password)
    await query(
      pool,
      'update account set password_hash = $3 where id = $1 and password_hash = $2',
      [account.id, account.password_hash, hash],
    )
  }
}

/** Looks at a password; an attempt at which nobody could look counts for nothing. */
export async function verifyCounted(
  { hasher, attempts }: Pick<SignInContext, 'hasher' | 'attempts'>,
  password: string,
  account: AccountRow | undefined,
  { address }: Origin,
): Promise<boolean> {
  try {
    return await hasher.verify(password, account?.password_hash ?? null)
  } catch (error) {
    await attempts.takeBack(account?.id, address)
    throw error
  }
}

const wrong = (): Rejected =>
  new Rejected('unauthorized', 'the login name or the password is wrong')

/** Lets an account in, unless it was disabled or given another password meanwhile. */
export async function openSession(
  context: Omit<SignInContext, 'hasher' | 'attempts'>,
  account: AccountRow,
  opening: {
    readonly way: 'password' | 'oidc'
    readonly origin: Origin
    readonly attempts?: Attempts
    readonly detail?: Readonly<Record<string, unknown>>
  },
): Promise<OpenedSession> {
  const { pool, clock, identities, config } = context
  const { way, origin, attempts, detail = {} } = opening
  const { sessionMaxHours } = config
  try {
    return await inTransaction(pool, async (client) => {
      await requireUnchanged(client, account)
      await attempts?.succeed(client, account.id, origin.address)
      await query(client, 'update account set last_sign_in_at = $2 where id = $1', [
        account.id,
        formatTimestamp(clock.now()),
      ])
      const made = await insertSession(client, { accountId: account.id, way }, origin, {
        clock,
        sessionMaxHours,
      })
      const actor = actorAt(account, origin)
      const object = { kind: 'session', id: made.id }
      await writeAudit(client, clock.now(), {
        actor,
        action: 'session.opened',
        object,
        detail: { way, ...detail },
      })
      return { token: made.token, accountId: account.id }
    })
  } finally {
    await identities.refresh([account.id])
  }
}

async function requireUnchanged(session: Session, account: AccountRow): Promise<void> {
  const [now] = await query<{ readonly enabled: boolean; readonly changed_at: number | null }>(
    session,
    'select enabled, password_changed_at as changed_at from account where id = $1 for update',
    [account.id],
  )
  if (now?.enabled && now.changed_at === account.password_changed_at) return
  throw new Rejected('unauthorized', 'the account was changed meanwhile: sign in again')
}
