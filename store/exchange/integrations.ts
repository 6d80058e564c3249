import type { Pool } from 'pg'
import { Rejected } from '#model/error.ts'
import {
  DEFAULT_INTEGRATION,
  type Integration,
  type IntegrationFields,
} from '#model/integration.ts'
import type { Role } from '#model/role.ts'
import { type EpochMs, epochMs } from '#model/time.ts'
import type { Clock } from '#runtime/clock.ts'
import { databaseError, sqlState, UNIQUE_VIOLATION } from '#store/database-error.ts'
import { Conditions } from '#store/queries/conditions.ts'
import { decodeCursor, type Page, type PageRequest, rowsFor, toPage } from '#store/queries/page.ts'
import { query } from '#store/query.ts'
import { formatTimestamp } from '#store/timestamp.ts'

interface IntegrationRow extends Record<string, unknown> {
  readonly account_id: string
  readonly source: Integration['source']
  readonly system: string | null
  readonly reads_all: boolean
  readonly updated_at: EpochMs
  readonly updated_by: string
}

const COLUMNS = 'account_id, source, system, reads_all, updated_at, updated_by'

const toIntegration = (row: IntegrationRow): Integration => ({
  accountId: row.account_id,
  source: row.source,
  system: row.system,
  readsAll: row.reads_all,
  updatedAt: row.updated_at,
  updatedBy: row.updated_by,
})

/** What the accounts of other systems may. */
export function createIntegrations(pool: Pool, clock: Clock) {
  const find = async (accountId: string): Promise<Integration | undefined> => {
    const text = `select ${COLUMNS} from integration where account_id = $1`
    const [row] = await query<IntegrationRow>(pool, text, [accountId])
    return row && toIntegration(row)
  }
  return {
    /** By account. */
    async list(filter: PageRequest): Promise<Page<Integration>> {
      const after = decodeCursor(filter.after, ['string'])
      const where = new Conditions().addGiven('account_id > ?', after?.[0])
      const rows = await query<IntegrationRow>(
        pool,
        `select ${COLUMNS} from integration ${where.clause()}
         order by account_id limit ${rowsFor(filter.limit)}`,
        where.values,
      )
      return toPage(rows, filter.limit, toIntegration, (row) => [row.account_id])
    },

    /** @throws Rejected('not-found') */
    async get(accountId: string): Promise<Integration> {
      const found = await find(accountId)
      if (!found) throw noneOf(accountId)
      return found
    },

    /** What holds for an account, also where nothing is stated. */
    fieldsOf: async (accountId: string): Promise<IntegrationFields> =>
      (await find(accountId)) ?? DEFAULT_INTEGRATION,

    /**
     * @throws Rejected('not-found') when there is no such account, 'conflict' when it is of a person, or
     *   another one hands over the cases of that system
     */
    async put(accountId: string, fields: IntegrationFields, by: string): Promise<Integration> {
      const { source, system, readsAll } = fields
      await requireIntegration(pool, accountId)
      try {
        const { rows } = await pool.query<IntegrationRow>(
          `insert into integration (${COLUMNS}) values ($1, $2, $3, $4, $5, $6)
           on conflict (account_id) do update set source = excluded.source,
             system = excluded.system, reads_all = excluded.reads_all,
             updated_at = excluded.updated_at, updated_by = excluded.updated_by
           returning ${COLUMNS}`,
          [accountId, source, system, readsAll, formatTimestamp(epochMs(clock.now())), by],
        )
        return toIntegration(rows[0] as IntegrationRow)
      } catch (error) {
        if (sqlState(error) !== UNIQUE_VIOLATION) throw databaseError(error)
        const sentence = `another account hands over the cases of ${system} already`
        throw new Rejected('conflict', sentence, { detail: { system }, cause: error })
      }
    },

    /** @throws Rejected('not-found') */
    async remove(accountId: string): Promise<void> {
      const text = 'delete from integration where account_id = $1 returning account_id'
      const removed = await query(pool, text, [accountId])
      if (removed.length === 0) throw noneOf(accountId)
    },
  }
}

async function requireIntegration(pool: Pool, accountId: string): Promise<void> {
  const text = 'select roles from account where id = $1'
  const [account] = await query<{ roles: readonly Role[] }>(pool, text, [accountId])
  if (!account) throw new Rejected('not-found', `there is no account ${accountId}`)
  if (account.roles.includes('integration')) return
  throw new Rejected('conflict', `the account is ${account.roles.join(', ')}, and no integration`)
}

const noneOf = (accountId: string): Rejected =>
  new Rejected('not-found', `nothing is stated of the integration ${accountId}`)
