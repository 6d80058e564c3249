import type { Pool, PoolClient } from 'pg'
import { v7 as uuidv7 } from 'uuid'
import type { EpochMs } from '#model/time.ts'
import { inTransaction, query } from '#store/query.ts'
import { formatTimestamp } from '#store/timestamp.ts'
import { moveHead } from './lane.ts'

interface Claim {
  readonly claim: string
  readonly hookId: string
  readonly caseId: string
  readonly event: { readonly sequence: number }
}

interface Attempt {
  readonly state: 'delivered' | 'pending' | 'dead'
  readonly at: EpochMs
  readonly status: number | null
  readonly error?: string
  readonly retryAt?: EpochMs
}

interface LaneRow {
  readonly webhook_id: string
  readonly case_id: string
  readonly head: number
}

interface DueRow {
  readonly webhook_id: string
  readonly url: string
  readonly secret: string
  readonly former_secret: string | null
  readonly updated_at: EpochMs
  readonly attempts: number
  readonly first_attempt_at: EpochMs | null
  readonly id: string
  readonly case_id: string
  readonly sequence: number
  readonly at: EpochMs
  readonly type: string
  readonly actor_name: string
  readonly actor_role: string
  readonly origin: string
  readonly reason: string | null
  readonly detail: Readonly<Record<string, unknown>>
  readonly changes: Readonly<Record<string, unknown>>
  readonly case_then: Readonly<Record<string, unknown>>
}

// Of every hook as many as it has room for, the longest due first. What others hold is passed over.
const CLAIM = `
  with room as (
    select w.id, greatest(0, $4 - coalesce(busy.count, 0)) as slots
    from webhook w left join unnest($5::uuid[], $6::integer[]) as busy (id, count) on busy.id = w.id
    where w.enabled
  ), due as (
    select lane.webhook_id, lane.case_id
    from room cross join lateral (
      select webhook_id, case_id from webhook_lane
      where webhook_id = room.id and due_at <= $1
      order by due_at limit room.slots
      for update skip locked
    ) as lane
  )
  update webhook_lane as lane set due_at = $2, claim = $3
  from due where lane.webhook_id = due.webhook_id and lane.case_id = due.case_id
  returning lane.webhook_id, lane.case_id, lane.head`

// What fell due by a clock that was ahead would wait until that hour comes again. What was tried is
// left alone: a pause may be long.
const BRING_FORWARD = `
  update webhook_lane as lane set due_at = $1
  from webhook_delivery d
  where d.webhook_id = lane.webhook_id and d.case_id = lane.case_id and d.sequence = lane.head
    and lane.due_at > $1
    and case when lane.claim is null then d.attempts = 0 else lane.due_at > $2 end`

// A statement of its own: a head that moved while the claim was made is seen by this one. The case
// is the fold of its events up to this one.
const READ = `
  select w.id as webhook_id, w.url, w.secret,
    case when w.former_until > $4 then w.former_secret end as former_secret, w.updated_at,
    d.attempts, d.first_attempt_at,
    e.id, e.case_id, e.sequence, e.at, e.type, e.actor_name, e.actor_role, e.origin, e.reason,
    e.detail, e.changes,
    (select jsonb_object_agg(field.key, field.value order by past.sequence)
     from case_event past, jsonb_each(past.changes) as field
     where past.case_id = e.case_id and past.sequence <= e.sequence and field.key <> 'basis'
    ) as case_then
  from unnest($1::uuid[], $2::uuid[], $3::integer[]) as mine (webhook_id, case_id, head)
  join webhook w on w.id = mine.webhook_id
  join webhook_delivery d on d.webhook_id = mine.webhook_id and d.case_id = mine.case_id
    and d.sequence = mine.head
  join case_event e on e.id = d.event_id`

/** What has to be sent, for those who send it. Several processes can do so at once. */
export function createOutbox(pool: Pool) {
  return {
    /** The heads of lanes that are due, claimed until an instant. */
    async claim(request: {
      readonly now: EpochMs
      readonly until: EpochMs
      readonly perHook: number
      readonly busy: ReadonlyMap<string, number>
    }) {
      const claim = uuidv7()
      const now = formatTimestamp(request.now)
      const lanes = await query<LaneRow>(pool, CLAIM, [
        now,
        formatTimestamp(request.until),
        claim,
        request.perHook,
        [...request.busy.keys()],
        [...request.busy.values()],
      ])
      if (lanes.length === 0) return []
      const rows = await query<DueRow>(pool, READ, [
        lanes.map((lane) => lane.webhook_id),
        lanes.map((lane) => lane.case_id),
        lanes.map((lane) => lane.head),
        now,
      ])
      return rows.map((row) => toClaimed(row, claim))
    },

    /** Notes what came of an attempt; false when the claim is somebody else's by now. */
    settle(claimed: Claim, attempt: Attempt): Promise<boolean> {
      return inTransaction(pool, async (client) => {
        if (!(await holdClaim(client, claimed))) return false
        await noteAttempt(client, claimed, attempt)
        if (attempt.state === 'delivered') {
          const lane = { webhookId: claimed.hookId, caseId: claimed.caseId }
          await moveHead(client, lane, claimed.event.sequence, attempt.at)
        } else {
          await giveBack(client, claimed, attempt.retryAt ?? null)
        }
        return true
      })
    },

    async bringForward(now: EpochMs, until: EpochMs): Promise<void> {
      await query(pool, BRING_FORWARD, [formatTimestamp(now), formatTimestamp(until)])
    },

    async release(claimed: Claim, now: EpochMs): Promise<void> {
      await inTransaction(pool, async (client) => {
        if (await holdClaim(client, claimed)) await giveBack(client, claimed, now)
      })
    },

    async disable(hookId: string, because: string, now: EpochMs): Promise<void> {
      await query(
        pool,
        `update webhook set enabled = false, disabled_because = $2, updated_at = $3
         where id = $1 and enabled`,
        [hookId, because, formatTimestamp(now)],
      )
    },
  }
}

async function holdClaim(client: PoolClient, { hookId, caseId, claim }: Claim): Promise<boolean> {
  const held = await query(
    client,
    `select from webhook_lane where webhook_id = $1 and case_id = $2 and claim = $3 for update`,
    [hookId, caseId, claim],
  )
  return held.length > 0
}

async function noteAttempt(
  client: PoolClient,
  { hookId, caseId, event }: Claim,
  { state, at, status, error }: Attempt,
): Promise<void> {
  await query(
    client,
    `update webhook_delivery set state = $4, attempts = attempts + 1,
       first_attempt_at = coalesce(first_attempt_at, $5), last_attempt_at = $5,
       last_status = $6, last_error = $7,
       settled_at = case when $4 = 'delivered' then $5::timestamptz end
     where webhook_id = $1 and case_id = $2 and sequence = $3`,
    [hookId, caseId, event.sequence, state, formatTimestamp(at), status, error ?? null],
  )
}

async function giveBack(
  client: PoolClient,
  { hookId, caseId }: Claim,
  dueAt: EpochMs | null,
): Promise<void> {
  await query(
    client,
    `update webhook_lane set due_at = $3, claim = null where webhook_id = $1 and case_id = $2`,
    [hookId, caseId, dueAt === null ? null : formatTimestamp(dueAt)],
  )
}

function toClaimed(row: DueRow, claim: string) {
  return {
    claim,
    hookId: row.webhook_id,
    url: row.url,
    secrets: row.former_secret === null ? [row.secret] : [row.secret, row.former_secret],
    hookChangedAt: row.updated_at,
    caseId: row.case_id,
    attempts: row.attempts,
    firstAttemptAt: row.first_attempt_at,
    event: {
      id: row.id,
      sequence: row.sequence,
      at: row.at,
      type: row.type,
      actorName: row.actor_name,
      actorRole: row.actor_role,
      origin: row.origin,
      reason: row.reason,
      detail: row.detail,
      changes: row.changes,
      caseThen: row.case_then,
    },
  }
}
