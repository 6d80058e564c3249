import type { Pool, PoolClient } from 'pg'
import type { AuditEntry } from '#model/audit.ts'
import { isWanmiError, Rejected } from '#model/error.ts'
import type { Clock } from '#runtime/clock.ts'
import { UNIQUE_VIOLATION } from '#store/database-error.ts'
import { inTransaction, query } from '#store/query.ts'
import { writeAudit } from './audit-log.ts'

/** Who is read anew after a change: the accounts of these ids, or all. */
export type Affected = readonly string[] | 'all'

/** What every change of accounts, departments and duty grids needs. */
export interface PeopleContext {
  readonly pool: Pool
  readonly clock: Clock
  /** Whoever is known in memory. */
  readonly identities: { refresh(affected: Affected): Promise<void> }
}

// Key of an advisory lock, held to the end of the transaction that takes it.
const PEOPLE = 7_301_023

const FOREIGN_KEY_VIOLATION = '23503'

/** What may be only once, by the name of what keeps it so. */
const TAKEN: Readonly<Record<string, string>> = {
  account_login_key: 'another account has this login',
  account_email: 'another account has this email address',
  account_device: 'another account has this terminal',
  account_subject: 'another account is this subject of OpenID Connect',
}

/**
 * Does something to people in one transaction, one change at a time: they are rare, and some rest on
 * all others, such as that a tree has no cycle and that one administrator is left. What changed is
 * known in memory when this returns, and also when it fails, for a commit whose answer was lost.
 */
export async function changePeople<Result>(
  { pool, clock, identities }: PeopleContext,
  affected: Affected,
  work: (client: PoolClient, audit: (entry: AuditEntry) => Promise<void>) => Promise<Result>,
): Promise<Result> {
  try {
    return await inTransaction(pool, async (client) => {
      await query(client, `select pg_advisory_xact_lock(${PEOPLE})`)
      return await work(client, (entry) => writeAudit(client, clock.now(), entry))
    })
  } catch (error) {
    throw conflictOf(error)
  } finally {
    await identities.refresh(affected)
  }
}

function conflictOf(error: unknown): unknown {
  if (!isWanmiError(error)) return error
  const { sqlState, constraint } = error.detail as { sqlState?: string; constraint?: string }
  if (sqlState === UNIQUE_VIOLATION) {
    const why = TAKEN[constraint ?? ''] ?? 'there is one already'
    return new Rejected('conflict', why, { detail: { constraint }, cause: error })
  }
  if (sqlState === FOREIGN_KEY_VIOLATION) {
    const why = 'something else refers to it: it can be disabled and not removed'
    return new Rejected('conflict', why, { detail: { constraint }, cause: error })
  }
  return error
}
