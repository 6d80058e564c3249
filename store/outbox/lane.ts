import type { PoolClient } from 'pg'
import type { EpochMs } from '#model/time.ts'
import { query } from '#store/query.ts'
import { formatTimestamp } from '#store/timestamp.ts'

/** What waits of one case for one hook. */
export interface LaneKey {
  readonly webhookId: string
  readonly caseId: string
}

/**
 * Brings the head of a lane to the first delivery that waits, at or after a sequence before which none
 * does; with none left the lane ends. Whoever calls holds the row of the lane and wrote what has
 * changed by statements before this one, so that these see what others committed until then.
 */
export async function moveHead(
  client: PoolClient,
  { webhookId, caseId }: LaneKey,
  from: number,
  now: EpochMs,
): Promise<void> {
  const [head] = await query<{ sequence: number; state: string }>(
    client,
    `select sequence, state from webhook_delivery
     where webhook_id = $1 and case_id = $2 and sequence >= $3 and state in ('pending', 'dead')
     order by sequence limit 1`,
    [webhookId, caseId, from],
  )
  if (!head) {
    await query(client, 'delete from webhook_lane where webhook_id = $1 and case_id = $2', [
      webhookId,
      caseId,
    ])
    return
  }
  await query(
    client,
    `update webhook_lane set head = $3, due_at = $4, claim = null
     where webhook_id = $1 and case_id = $2`,
    [webhookId, caseId, head.sequence, head.state === 'dead' ? null : formatTimestamp(now)],
  )
}
