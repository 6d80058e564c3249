import type { Pool, PoolClient } from 'pg'
import { Rejected } from '#model/error.ts'
import type { EpochMs } from '#model/time.ts'
import type { DeliveryState, WebhookDelivery } from '#model/webhook.ts'
import { Conditions } from '#store/queries/conditions.ts'
import { decodeCursor, type Page, type PageRequest, rowsFor, toPage } from '#store/queries/page.ts'
import { inTransaction, query } from '#store/query.ts'
import { formatTimestamp } from '#store/timestamp.ts'
import { type LaneKey, moveHead } from './lane.ts'
import { noSuchWebhook } from './webhooks.ts'

export interface DeliveryFilter extends PageRequest {
  readonly webhookId?: string | undefined
  readonly state?: DeliveryState | undefined
  readonly caseId?: string | undefined
}

interface DeliveryRow {
  readonly webhook_id: string
  readonly event_id: string
  readonly type: string
  readonly at: EpochMs
  readonly case_id: string
  readonly sequence: number
  readonly state: DeliveryState
  readonly attempts: number
  readonly first_attempt_at: EpochMs | null
  readonly last_attempt_at: EpochMs | null
  readonly next_attempt_at: EpochMs | null
  readonly last_status: number | null
  readonly last_error: string | null
  readonly settled_at: EpochMs | null
  readonly waiting_behind: number
}

const SELECT = `
  select d.webhook_id, d.event_id, e.type, e.at, d.case_id, d.sequence, d.state, d.attempts,
    d.first_attempt_at, d.last_attempt_at, d.last_status, d.last_error, d.settled_at,
    case when lane.claim is null then lane.due_at end as next_attempt_at,
    case when d.state in ('pending', 'dead') then (
      select count(*) from webhook_delivery behind
      where behind.webhook_id = d.webhook_id and behind.case_id = d.case_id
        and behind.sequence > d.sequence and behind.state = 'pending') else 0 end as waiting_behind
  from webhook_delivery d
  join case_event e on e.id = d.event_id
  left join webhook_lane lane on lane.webhook_id = d.webhook_id and lane.case_id = d.case_id
    and lane.head = d.sequence`

const toDelivery = (row: DeliveryRow): WebhookDelivery => ({
  webhookId: row.webhook_id,
  eventId: row.event_id,
  eventType: row.type,
  eventAt: row.at,
  caseId: row.case_id,
  sequence: row.sequence,
  state: row.state,
  attempts: row.attempts,
  firstAttemptAt: row.first_attempt_at,
  lastAttemptAt: row.last_attempt_at,
  nextAttemptAt: row.next_attempt_at,
  lastStatus: row.last_status,
  lastError: row.last_error,
  settledAt: row.settled_at,
  waitingBehind: row.waiting_behind,
})

const PENDING_AGAIN = `state = 'pending', attempts = 0, first_attempt_at = null, settled_at = null`

/** What was and is to be sent, for those who look after it. */
export function createDeliveries(pool: Pool) {
  const find = async (webhookId: string, eventId: string): Promise<WebhookDelivery> => {
    const [row] = await query<DeliveryRow>(
      pool,
      `${SELECT} where d.webhook_id = $1 and d.event_id = $2`,
      [webhookId, eventId],
    )
    if (!row) {
      throw new Rejected('not-found', `the webhook ${webhookId} has no notice of event ${eventId}`)
    }
    return toDelivery(row)
  }

  const requireHook = async (id: string): Promise<void> => {
    const found = await query(pool, 'select from webhook where id = $1', [id])
    if (found.length === 0) throw noSuchWebhook(id)
  }

  /** Cases of a hook with a notice that was given up. */
  const blockedCases = async (webhookId: string): Promise<readonly string[]> => {
    const rows = await query<{ case_id: string }>(
      pool,
      `select distinct case_id from webhook_delivery where webhook_id = $1 and state = 'dead'`,
      [webhookId],
    )
    return rows.map((row) => row.case_id)
  }

  /** Lane by lane, so that no two transactions wait for each other. */
  const changeDead = async (webhookId: string, change: string, now: EpochMs): Promise<number> => {
    await requireHook(webhookId)
    let changed = 0
    for (const caseId of await blockedCases(webhookId)) {
      changed += await inLane(pool, { webhookId, caseId }, now, async (client) => {
        const rows = await query(
          client,
          `update webhook_delivery set ${change}
           where webhook_id = $1 and case_id = $2 and state = 'dead' returning 1`,
          [webhookId, caseId],
        )
        return rows.length
      })
    }
    return changed
  }

  const discarded = (now: EpochMs): string =>
    `state = 'discarded', settled_at = '${formatTimestamp(now)}'`

  return {
    find,

    /** The newest first. */
    async list(filter: DeliveryFilter): Promise<Page<WebhookDelivery>> {
      if (filter.webhookId !== undefined) await requireHook(filter.webhookId)
      const after = decodeCursor(filter.after, ['string', 'string'])
      const where = new Conditions()
        .addGiven('d.webhook_id = ?', filter.webhookId)
        .addGiven('d.state = ?', filter.state)
        .addGiven('d.case_id = ?', filter.caseId)
      if (after) where.add('(d.event_id, d.webhook_id) < (?::uuid, ?::uuid)', ...after)
      const rows = await query<DeliveryRow>(
        pool,
        `${SELECT} ${where.clause()}
         order by d.event_id desc, d.webhook_id desc limit ${rowsFor(filter.limit)}`,
        where.values,
      )
      return toPage(rows, filter.limit, toDelivery, (row) => [row.event_id, row.webhook_id])
    },

    /** Sends one again, whatever became of it; one that is pending at once. */
    async replay(webhookId: string, eventId: string, now: EpochMs): Promise<WebhookDelivery> {
      const { caseId, sequence } = await find(webhookId, eventId)
      await inLane(pool, { webhookId, caseId }, now, (client) =>
        query(
          client,
          `update webhook_delivery set ${PENDING_AGAIN}
           where webhook_id = $1 and case_id = $2 and sequence = $3`,
          [webhookId, caseId, sequence],
        ),
      )
      return find(webhookId, eventId)
    },

    /** Sends again whatever of a hook was given up. */
    replayDead: (webhookId: string, now: EpochMs): Promise<number> =>
      changeDead(webhookId, PENDING_AGAIN, now),

    /**
     * Sends, in their order, all events of a case from a sequence on that the hook is to hear of, also
     * those from before there was the hook.
     *
     * @throws Rejected('not-found') without such a case or hook
     */
    replayCase(webhookId: string, caseId: string, from: number, now: EpochMs): Promise<number> {
      return inLane(pool, { webhookId, caseId }, now, async (client) => {
        const known = await query(client, 'select from case_event where case_id = $1 limit 1', [
          caseId,
        ])
        if (known.length === 0) throw new Rejected('not-found', `there is no case ${caseId}`)
        const rows = await query(
          client,
          `insert into webhook_delivery as d (webhook_id, case_id, sequence, event_id)
           select w.id, e.case_id, e.sequence, e.id from case_event e, webhook w
           where w.id = $1 and e.case_id = $2 and e.sequence >= $3
             and webhook_hears(w, e.case_id, e.sequence, e.type)
           on conflict (webhook_id, case_id, sequence) do update set ${PENDING_AGAIN}
           returning 1`,
          [webhookId, caseId, from],
        )
        return rows.length
      })
    },

    /** Takes one out that is pending or dead, so that those behind it go on. */
    async discard(webhookId: string, eventId: string, now: EpochMs): Promise<WebhookDelivery> {
      const { caseId, sequence } = await find(webhookId, eventId)
      await inLane(pool, { webhookId, caseId }, now, async (client) => {
        const rows = await query<{ state: string }>(
          client,
          `select state from webhook_delivery where webhook_id = $1 and case_id = $2 and sequence = $3`,
          [webhookId, caseId, sequence],
        )
        const state = rows[0]?.state
        if (state !== 'pending' && state !== 'dead') {
          throw new Rejected(
            'conflict',
            `the notice of event ${eventId} is ${state}: it waits no more`,
          )
        }
        await query(
          client,
          `update webhook_delivery set ${discarded(now)}
           where webhook_id = $1 and case_id = $2 and sequence = $3`,
          [webhookId, caseId, sequence],
        )
      })
      return find(webhookId, eventId)
    },

    discardDead: (webhookId: string, now: EpochMs): Promise<number> =>
      changeDead(webhookId, discarded(now), now),
  }
}

/**
 * Changes what waits in a lane, and has its head follow. Whoever sends from it at the moment notes
 * nothing any more.
 */
async function inLane<Result>(
  pool: Pool,
  lane: LaneKey,
  now: EpochMs,
  change: (client: PoolClient) => Promise<Result>,
): Promise<Result> {
  return inTransaction(pool, async (client) => {
    const { webhookId, caseId } = lane
    const hook = await query(client, 'select from webhook where id = $1 for key share', [webhookId])
    if (hook.length === 0) throw noSuchWebhook(webhookId)
    await query(
      client,
      `insert into webhook_lane (webhook_id, case_id, head) values ($1, $2, 0)
       on conflict (webhook_id, case_id) do update set claim = null`,
      [webhookId, caseId],
    )
    const result = await change(client)
    await moveHead(client, lane, 0, now)
    return result
  })
}
