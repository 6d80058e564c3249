import type { Actor } from '#model/audit.ts'
import { Rejected } from '#model/error.ts'
import type { OpenedSession, Origin } from '#model/identity.ts'
import { passwordFault } from '#model/password-fault.ts'
import { query, type Session } from '#store/query.ts'
import { formatTimestamp } from '#store/timestamp.ts'
import { checkAccount } from './account-checks.ts'
import { ACCOUNT_COLUMNS, type AccountRow, fieldsOf, lockAccount } from './account-record.ts'
import { changePeople } from './people-change.ts'
import { endSessions } from './sessions.ts'
import { actorAt, openSession, type SignInContext, verifyCounted } from './sign-in.ts'

export interface PasswordContext extends SignInContext {
  readonly config: SignInContext['config'] & { readonly passwordMinLength: number }
}

/** New passwords. Each ends every session of its account. */
export function createPasswords(context: PasswordContext) {
  const { pool, clock, hasher, attempts, config } = context

  async function read(id: string): Promise<AccountRow> {
    const [row] = await query<AccountRow>(
      pool,
      `select ${ACCOUNT_COLUMNS} from account where id = $1`,
      [id],
    )
    if (!row) throw new Rejected('not-found', `there is no account ${id}`, { detail: { id } })
    return row
  }

  function check(password: string, { login, name, email }: AccountRow): void {
    const known = [login, name, ...(email === null ? [] : [email.split('@', 1)[0] as string])]
    const fault = passwordFault(password, { minLength: config.passwordMinLength }, known)
    if (fault === undefined) return
    throw new Rejected('invalid-input', fault, {
      detail: { errors: [{ field: 'password', detail: fault }] },
    })
  }

  async function write(
    session: Session,
    id: string,
    { hash, mustChange }: { readonly hash: string; readonly mustChange: boolean },
  ): Promise<AccountRow> {
    const [row] = await query<AccountRow>(
      session,
      `update account set password_hash = $2, must_change_password = $3, password_changed_at = $4,
         failed_attempts = 0, locked_until = null
       where id = $1 returning ${ACCOUNT_COLUMNS}`,
      [id, hash, mustChange, formatTimestamp(clock.now())],
    )
    await endSessions(session, id)
    return row as AccountRow
  }

  return {
    /**
     * Gives an account a password that somebody else thought of: the first thing its holder has to do
     * with it is to choose another, unless `mustChange` is false.
     *
     * @throws Rejected('not-found'), Rejected('invalid-input'), Unavailable('not-ready')
     */
    async set(
      id: string,
      { password, mustChange }: { readonly password: string; readonly mustChange: boolean },
      actor: Actor,
    ): Promise<void> {
      check(password, await read(id))
      const hash = await hasher.hash(password)
      await changePeople(context, [id], async (client, audit) => {
        const row = await lockAccount(client, id)
        await checkAccount(client, { ...fieldsOf(row), hasPassword: true })
        await write(client, id, { hash, mustChange })
        const object = { kind: 'account', id }
        await audit({ actor, action: 'password.set', object, detail: { mustChange } })
      })
    },

    /**
     * Changes the password of whoever knows the one before, and signs in anew.
     *
     * @throws Rejected('unauthorized') when it is another, Rejected('invalid-input'),
     *   Rejected('too-many-attempts'), Unavailable('not-ready')
     */
    async change(
      id: string,
      { current, password }: { readonly current: string; readonly password: string },
      origin: Origin,
    ): Promise<OpenedSession> {
      const before = await read(id)
      check(password, before)
      if (password.normalize('NFKC') === current.normalize('NFKC')) {
        throw new Rejected('invalid-input', 'the new password is the one before')
      }
      const { login } = before
      const blocked = attempts.beginFrom(origin.address)
      if (blocked) throw blocked.error
      const attempt = await attempts.begin(login, origin.address)
      if (!attempt.allowed) throw attempts.refusal(attempt.until)
      const row = attempt.account ?? before
      const actor = actorAt(row, origin)
      const object = { kind: 'account', id }
      if (!(await verifyCounted(context, current, row, origin))) {
        throw new Rejected('unauthorized', 'the current password is another')
      }
      const hash = await hasher.hash(password)
      const changed = await changePeople(context, [id], async (client, audit) => {
        const now = await lockAccount(client, id)
        if (now.password_hash !== row.password_hash) {
          throw new Rejected('conflict', 'the password was changed meanwhile')
        }
        await attempts.succeed(client, id, origin.address)
        await audit({ actor, action: 'password.changed', object })
        return write(client, id, { hash, mustChange: false })
      })
      return openSession(context, changed, { way: 'password', origin })
    },
  }
}
