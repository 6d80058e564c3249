import { v7 as uuidv7 } from 'uuid'
import type { Actor } from '#model/audit.ts'
import { Rejected } from '#model/error.ts'
import type { AccessToken } from '#model/identity.ts'
import { type EpochMs, plus, days as spanOfDays } from '#model/time.ts'
import { Conditions } from '#store/queries/conditions.ts'
import { decodeCursor, type Page, type PageRequest, rowsFor, toPage } from '#store/queries/page.ts'
import { query } from '#store/query.ts'
import { formatTimestamp } from '#store/timestamp.ts'
import { lockAccount } from './account-record.ts'
import { changePeople, type PeopleContext } from './people-change.ts'
import { newToken, tokenHash } from './token.ts'

interface TokenRow {
  readonly id: string
  readonly label: string
  readonly created_at: EpochMs
  readonly expires_at: EpochMs | null
  readonly last_used_at: EpochMs | null
  readonly revoked_at: EpochMs | null
}

const COLUMNS = 'id, label, created_at, expires_at, last_used_at, revoked_at'

/** So that whoever finds one in a file or a log knows what it is. */
const PREFIX = 'wanmi_'

const toAccessToken = (row: TokenRow): AccessToken => ({
  id: row.id,
  label: row.label,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  lastUsedAt: row.last_used_at,
  revokedAt: row.revoked_at,
})

/** The tokens of accounts. One is shown when it is made and never again. */
export function createAccessTokens(context: PeopleContext) {
  const { pool, clock } = context
  return {
    /** The newest first, revoked and expired ones too. */
    async list(accountId: string, filter: PageRequest): Promise<Page<AccessToken>> {
      const after = decodeCursor(filter.after, ['string'])
      const where = new Conditions().add('account_id = ?', accountId).addGiven('id < ?', after?.[0])
      const rows = await query<TokenRow>(
        pool,
        `select ${COLUMNS} from access_token ${where.clause()}
         order by id desc limit ${rowsFor(filter.limit)}`,
        where.values,
      )
      return toPage(rows, filter.limit, toAccessToken, (row) => [row.id])
    },

    /**
     * Makes a token that works at once, for so many days or until it is revoked.
     *
     * @throws Rejected('not-found') when there is no such account
     */
    async add(
      accountId: string,
      { label, days }: { readonly label: string; readonly days: number | null },
      actor: Actor,
    ): Promise<AccessToken & { readonly token: string }> {
      const now = clock.now()
      const id = uuidv7({ msecs: now })
      const token = `${PREFIX}${newToken()}`
      const expiresAt = days === null ? null : plus(now, spanOfDays(days))
      const row = await changePeople(context, [accountId], async (client, audit) => {
        await lockAccount(client, accountId)
        const [written] = await query<TokenRow>(
          client,
          `insert into access_token (id, token_hash, account_id, label, created_at, expires_at)
           values ($1, $2, $3, $4, $5, $6) returning ${COLUMNS}`,
          [
            id,
            tokenHash(token),
            accountId,
            label,
            formatTimestamp(now),
            expiresAt === null ? null : formatTimestamp(expiresAt),
          ],
        )
        const object = { kind: 'access-token', id }
        await audit({ actor, action: 'token.added', object, detail: { accountId, label, days } })
        return written as TokenRow
      })
      return { ...toAccessToken(row), token }
    },

    /** It lets nobody in from now on. @throws Rejected('not-found') */
    async revoke(accountId: string, id: string, actor: Actor): Promise<void> {
      await changePeople(context, [accountId], async (client, audit) => {
        const [row] = await query<{ readonly label: string }>(
          client,
          `update access_token set revoked_at = coalesce(revoked_at, $3)
           where account_id = $1 and id = $2 returning label`,
          [accountId, id, formatTimestamp(clock.now())],
        )
        if (!row) throw new Rejected('not-found', `there is no token ${id}`)
        const object = { kind: 'access-token', id }
        const detail = { accountId, label: row.label }
        await audit({ actor, action: 'token.revoked', object, detail })
      })
    },
  }
}
