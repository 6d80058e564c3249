import type { Pool } from 'pg'
import { v7 as uuidv7 } from 'uuid'
import { Rejected } from '#model/error.ts'
import type { EpochMs } from '#model/time.ts'
import type { NewWebhook, Webhook, WebhookPatch } from '#model/webhook.ts'
import { Conditions } from '#store/queries/conditions.ts'
import { decodeCursor, type Page, type PageRequest, rowsFor, toPage } from '#store/queries/page.ts'
import { query, type Session } from '#store/query.ts'
import { formatTimestamp } from '#store/timestamp.ts'

interface WebhookRow {
  readonly id: string
  readonly title: string
  readonly url: string
  readonly event_types: readonly string[] | null
  readonly areas: readonly string[] | null
  readonly departments: readonly string[] | null
  readonly enabled: boolean
  readonly disabled_because: string | null
  readonly former_until: EpochMs | null
  readonly created_at: EpochMs
  readonly updated_at: EpochMs
  readonly pending: number
  readonly dead: number
}

const countOf = (state: string): string =>
  `(select count(*) from webhook_delivery where webhook_id = webhook.id and state = '${state}')`

const COLUMNS = `id, title, url, event_types, areas, departments, enabled, disabled_because,
  former_until, created_at, updated_at, ${countOf('pending')} as pending, ${countOf('dead')} as dead`

const toWebhook = (row: WebhookRow): Webhook => ({
  id: row.id,
  title: row.title,
  url: row.url,
  eventTypes: row.event_types,
  areas: row.areas,
  departments: row.departments,
  enabled: row.enabled,
  disabledBecause: row.disabled_because,
  formerSecretUntil: row.former_until,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  pending: row.pending,
  dead: row.dead,
})

/** At a time, so that no statement takes long and none of the flow waits for it. */
const REMOVED_AT_ONCE = 10_000

export const noSuchWebhook = (id: string): Rejected =>
  new Rejected('not-found', `there is no webhook ${id}`)

/** The hooks themselves. */
export function createWebhooks(pool: Pool) {
  const get = async (id: string): Promise<Webhook> => {
    const [row] = await query<WebhookRow>(pool, `select ${COLUMNS} from webhook where id = $1`, [
      id,
    ])
    if (!row) throw noSuchWebhook(id)
    return toWebhook(row)
  }

  return {
    get,

    /** The oldest first. */
    async list(filter: PageRequest): Promise<Page<Webhook>> {
      const after = decodeCursor(filter.after, ['string'])
      const where = new Conditions()
      if (after) where.add('id > ?::uuid', ...after)
      const rows = await query<WebhookRow>(
        pool,
        `select ${COLUMNS} from webhook ${where.clause()} order by id limit ${rowsFor(filter.limit)}`,
        where.values,
      )
      return toPage(rows, filter.limit, toWebhook, (row) => [row.id])
    },

    async create(hook: NewWebhook, secret: string, now: EpochMs): Promise<Webhook> {
      const id = uuidv7()
      await query(
        pool,
        `insert into webhook (id, title, url, secret, event_types, areas, departments, enabled,
           created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)`,
        [
          id,
          hook.title,
          hook.url,
          secret,
          hook.eventTypes ?? null,
          hook.areas ?? null,
          hook.departments ?? null,
          hook.enabled ?? true,
          formatTimestamp(now),
        ],
      )
      return get(id)
    },

    /** What waits is tried at once: it may have waited for this change. */
    async update(id: string, patch: WebhookPatch, now: EpochMs): Promise<Webhook> {
      const changed = await query(
        pool,
        `update webhook set updated_at = $2,
           title = coalesce($3, title),
           url = coalesce($4, url),
           event_types = case when $5 then $6 else event_types end,
           areas = case when $7 then $8 else areas end,
           departments = case when $9 then $10 else departments end,
           enabled = coalesce($11, enabled),
           disabled_because = case when $11 is null then disabled_because end
         where id = $1 returning id`,
        [
          id,
          formatTimestamp(now),
          patch.title ?? null,
          patch.url ?? null,
          patch.eventTypes !== undefined,
          patch.eventTypes ?? null,
          patch.areas !== undefined,
          patch.areas ?? null,
          patch.departments !== undefined,
          patch.departments ?? null,
          patch.enabled ?? null,
        ],
      )
      if (changed.length === 0) throw noSuchWebhook(id)
      await tryNow(pool, id, now)
      return get(id)
    },

    /** The secret until now signs too until an instant. */
    async rotateSecret(id: string, secret: string, formerUntil: EpochMs, now: EpochMs) {
      const changed = await query(
        pool,
        `update webhook set former_secret = secret, former_until = $3, secret = $2, updated_at = $4
         where id = $1 returning id`,
        [id, secret, formatTimestamp(formerUntil), formatTimestamp(now)],
      )
      if (changed.length === 0) throw noSuchWebhook(id)
      return get(id)
    },

    /** Those that sign now, the newest first. */
    async secrets(id: string, now: EpochMs): Promise<readonly string[]> {
      const [row] = await query<{ secret: string; former: string | null }>(
        pool,
        `select secret, case when former_until > $2 then former_secret end as former
         from webhook where id = $1`,
        [id, formatTimestamp(now)],
      )
      if (!row) throw noSuchWebhook(id)
      return row.former === null ? [row.secret] : [row.secret, row.former]
    },

    /** With all that it was or was to be told. */
    async remove(id: string): Promise<void> {
      // Disabled first: from now on nothing is written for it, and no event waits for its end.
      const found = await query(
        pool,
        'update webhook set enabled = false where id = $1 returning id',
        [id],
      )
      if (found.length === 0) throw noSuchWebhook(id)
      await removeSome(pool, 'webhook_id = $1', [id])
      // Before what the next statement takes along: whoever notes an attempt holds the lane and wants
      // its delivery, and would wait for this one as this waits for them.
      await query(pool, 'delete from webhook_lane where webhook_id = $1', [id])
      await query(pool, 'delete from webhook where id = $1', [id])
    },

    /** Forgets what was settled before an instant, and secrets that no longer sign. */
    async tidy(settledBefore: EpochMs, now: EpochMs): Promise<void> {
      await removeSome(pool, 'settled_at < $1', [formatTimestamp(settledBefore)])
      await query(
        pool,
        'update webhook set former_secret = null, former_until = null where former_until <= $1',
        [formatTimestamp(now)],
      )
    },

    /** How many notices wait, how many were given up, and since when the oldest waits. */
    async backlog(): Promise<{ pending: number; dead: number; oldestAt: EpochMs | null }> {
      const [row] = await query<{ pending: number; dead: number; oldest: EpochMs | null }>(
        pool,
        `select count(*) filter (where d.state = 'pending') as pending,
           count(*) filter (where d.state = 'dead') as dead,
           (select min(e.at) from webhook_lane lane
            join webhook w on w.id = lane.webhook_id and w.enabled
            join case_event e on e.case_id = lane.case_id and e.sequence = lane.head
            where lane.due_at is not null) as oldest
         from webhook_delivery d where d.state in ('pending', 'dead')`,
      )
      return { pending: row?.pending ?? 0, dead: row?.dead ?? 0, oldestAt: row?.oldest ?? null }
    },
  }
}

/** Passes over what somebody sends at the moment, so that it waits for nobody. */
const tryNow = (session: Session, id: string, now: EpochMs): Promise<unknown> =>
  query(
    session,
    `update webhook_lane as lane set due_at = $2
     from (select case_id from webhook_lane
           where webhook_id = $1 and due_at > $2 and claim is null for update skip locked) as waiting
     where lane.webhook_id = $1 and lane.case_id = waiting.case_id`,
    [id, formatTimestamp(now)],
  )

async function removeSome(pool: Pool, where: string, values: readonly unknown[]): Promise<void> {
  for (;;) {
    const gone = await query(
      pool,
      `delete from webhook_delivery where ctid = any(array(
         select ctid from webhook_delivery where ${where} limit ${REMOVED_AT_ONCE}))
       returning 1`,
      values,
    )
    if (gone.length < REMOVED_AT_ONCE) return
  }
}
