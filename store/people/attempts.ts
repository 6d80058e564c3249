import type { Pool } from 'pg'
import { Rejected } from '#model/error.ts'
import { days, type EpochMs, minus, minutes, plus } from '#model/time.ts'
import type { Clock } from '#runtime/clock.ts'
import { inTransaction, query, type Session } from '#store/query.ts'
import { formatTimestamp } from '#store/timestamp.ts'
import { ACCOUNT_COLUMNS, type AccountRow } from './account-record.ts'
import { addressKey } from './address-key.ts'
import { FailureMemory, type LockRule, lockSpan } from './lockout.ts'

export interface AttemptConfig {
  readonly signInAttempts: number
  readonly signInAddressAttempts: number
  readonly signInLockMaxMin: number
}

/** What is known of an attempt before the password is looked at. */
export type Attempt =
  | { readonly allowed: true; readonly account: AccountRow | undefined }
  | { readonly allowed: false; readonly account: AccountRow | undefined; readonly until: EpochMs }

/** An address from which an account signed in so lately is not locked out with it. */
const KNOWN_ADDRESS = days(30)

/** Counts failed sign-ins, by account and by address. */
export class Attempts {
  readonly #pool: Pool
  readonly #clock: Clock
  readonly #rule: LockRule
  readonly #addresses: FailureMemory
  /** Logins no account has are locked as others are, so that this tells nothing. */
  readonly #unknown: FailureMemory

  constructor({ pool, clock }: { pool: Pool; clock: Clock }, config: AttemptConfig) {
    const longest = minutes(config.signInLockMaxMin)
    this.#pool = pool
    this.#clock = clock
    this.#rule = { attempts: config.signInAttempts, longest }
    this.#addresses = new FailureMemory(clock, { attempts: config.signInAddressAttempts, longest })
    this.#unknown = new FailureMemory(clock, this.#rule)
  }

  /**
   * Lets an address begin an attempt.
   *
   * @returns nothing, or how it is refused and whether it is the first that is
   */
  beginFrom(address: string): { readonly error: Rejected; readonly isFirst: boolean } | undefined {
    const locked = this.#addresses.begin(addressKey(address))
    return locked && { error: this.refusal(locked.until), isFirst: locked.isFirst }
  }

  /** Counts an attempt on an account as failed, until {@link succeed} says otherwise. */
  async begin(login: string, address: string): Promise<Attempt> {
    const attempt = await inTransaction(this.#pool, async (client) => {
      const [account] = await query<AccountRow>(
        client,
        `select ${ACCOUNT_COLUMNS} from account where login = $1 for update`,
        [login],
      )
      return account && this.#beginOn(client, account, address)
    })
    if (attempt) return attempt
    const locked = this.#unknown.begin(login)
    if (locked) return { allowed: false, account: undefined, until: locked.until }
    return { allowed: true, account: undefined }
  }

  /** In the transaction of what succeeded. */
  async succeed(session: Session, accountId: string, address: string): Promise<void> {
    this.#addresses.forgive(addressKey(address))
    await query(
      session,
      'update account set failed_attempts = 0, locked_until = null where id = $1',
      [accountId],
    )
  }

  /** Nobody looked at the password of an attempt, so it counts for nothing. */
  async takeBack(accountId: string | undefined, address: string): Promise<void> {
    this.#addresses.forgive(addressKey(address))
    if (accountId === undefined) return
    await query(
      this.#pool,
      `update account set failed_attempts = greatest(failed_attempts - 1, 0),
         locked_until = case when failed_attempts > $2 then locked_until end
       where id = $1`,
      [accountId, this.#rule.attempts],
    )
  }

  refusal(until: EpochMs): Rejected {
    const seconds = Math.max(1, Math.ceil((until - this.#clock.now()) / 1_000))
    return new Rejected(
      'too-many-attempts',
      `too many sign-ins failed: try again in ${seconds} s`,
      { detail: { retryAfter_s: seconds } },
    )
  }

  async #beginOn(session: Session, account: AccountRow, address: string): Promise<Attempt> {
    const now = this.#clock.now()
    const { id, locked_until: until, failed_attempts } = account
    if (until !== null && until > now && !(await this.#knows(session, id, address))) {
      return { allowed: false, account, until }
    }
    const failures = failed_attempts + 1
    const span = lockSpan(failures, this.#rule)
    await query(
      session,
      'update account set failed_attempts = $2, locked_until = greatest(locked_until, $3) where id = $1',
      [id, failures, span === 0 ? null : formatTimestamp(plus(now, span))],
    )
    return { allowed: true, account }
  }

  /** Whether the account signed in from there lately: whoever guesses elsewhere does not lock it out. */
  async #knows(session: Session, accountId: string, address: string): Promise<boolean> {
    const rows = await query(
      session,
      `select 1 from audit_log where action = 'session.opened' and account_id = $1
         and address = $2 and at > $3 limit 1`,
      [accountId, address, formatTimestamp(minus(this.#clock.now(), KNOWN_ADDRESS))],
    )
    return rows.length > 0
  }
}
