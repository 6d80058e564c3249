import { v7 as uuidv7 } from 'uuid'
import type { Actor } from '#model/audit.ts'
import { Rejected } from '#model/error.ts'
import type { BrowserSession, Origin } from '#model/identity.ts'
import { type EpochMs, hours, plus } from '#model/time.ts'
import type { Clock } from '#runtime/clock.ts'
import { Conditions } from '#store/queries/conditions.ts'
import { decodeCursor, type Page, type PageRequest, rowsFor, toPage } from '#store/queries/page.ts'
import { query, type Session } from '#store/query.ts'
import { formatTimestamp } from '#store/timestamp.ts'
import { changePeople, type PeopleContext } from './people-change.ts'
import { newToken, tokenHash } from './token.ts'

interface SessionRow {
  readonly id: string
  readonly way: 'password' | 'oidc'
  readonly address: string | null
  readonly agent: string | null
  readonly created_at: EpochMs
  readonly last_seen_at: EpochMs
  readonly expires_at: EpochMs
}

const AGENT_MAX = 300

/** Opens a session, in the transaction of a sign-in. @returns what the browser is to show */
export async function insertSession(
  session: Session,
  { accountId, way }: { readonly accountId: string; readonly way: BrowserSession['way'] },
  { address, agent }: Origin,
  { clock, sessionMaxHours }: { readonly clock: Clock; readonly sessionMaxHours: number },
): Promise<{ readonly id: string; readonly token: string }> {
  const now = clock.now()
  const id = uuidv7({ msecs: now })
  const token = newToken()
  await query(
    session,
    `insert into session
       (id, token_hash, account_id, way, address, agent, created_at, last_seen_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $7, $8)`,
    [
      id,
      tokenHash(token),
      accountId,
      way,
      address,
      agent?.slice(0, AGENT_MAX).toWellFormed() ?? null,
      formatTimestamp(now),
      formatTimestamp(plus(now, hours(sessionMaxHours))),
    ],
  )
  return { id, token }
}

/** Signs an account out everywhere, in the transaction of what makes that necessary. */
export const endSessions = (session: Session, accountId: string): Promise<unknown> =>
  query(session, 'delete from session where account_id = $1', [accountId])

/** The sessions of accounts: who is signed in where, and the end of it. */
export function createSessions(context: PeopleContext) {
  const end = (accountId: string, condition: string, id: string | null, actor: Actor) =>
    changePeople(context, [accountId], async (client, audit) => {
      const ended = await query<{ readonly id: string }>(
        client,
        `delete from session where account_id = $1 and ${condition} returning id`,
        [accountId, id],
      )
      for (const gone of ended) {
        const object = { kind: 'session', id: gone.id }
        await audit({ actor, action: 'session.ended', object, detail: { accountId } })
      }
      return ended.length
    })

  return {
    /** Those that have not ended, the newest first. */
    async list(accountId: string, filter: PageRequest): Promise<Page<BrowserSession>> {
      const after = decodeCursor(filter.after, ['string'])
      const where = new Conditions()
        .add('account_id = ? and expires_at > ?', accountId, formatTimestamp(context.clock.now()))
        .addGiven('id < ?', after?.[0])
      const rows = await query<SessionRow>(
        context.pool,
        `select id, way, address, agent, created_at, last_seen_at, expires_at from session
         ${where.clause()} order by id desc limit ${rowsFor(filter.limit)}`,
        where.values,
      )
      return toPage(rows, filter.limit, toBrowserSession, (row) => [row.id])
    },

    /** @throws Rejected('not-found') */
    async end(accountId: string, id: string, actor: Actor): Promise<void> {
      const ended = await end(accountId, 'id = $2', id, actor)
      if (ended === 0) throw new Rejected('not-found', `there is no session ${id}`)
    },

    /** Ends all, or all but one. @returns how many */
    endOthers: (accountId: string, keptId: string | null, actor: Actor): Promise<number> =>
      end(accountId, 'id is distinct from $2', keptId, actor),
  }
}

const toBrowserSession = (row: SessionRow): BrowserSession => ({
  id: row.id,
  way: row.way,
  address: row.address,
  agent: row.agent,
  createdAt: row.created_at,
  lastSeenAt: row.last_seen_at,
  expiresAt: row.expires_at,
})
