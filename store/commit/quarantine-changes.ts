import type { Client } from 'pg'
import type { Commit } from '#model/commit.ts'
import type { Reason, Rejection } from '#model/rejection.ts'
import { formatTimestamp } from '#store/timestamp.ts'
import { storableReasons } from './quarantine-writer.ts'

/** Marks the entries that were run again: settled, or failed once more for these reasons. */
export async function writeQuarantineChanges(client: Client, commit: Commit): Promise<void> {
  if (commit.resolved.length > 0) {
    await client.query(RESOLVE, [commit.resolved, formatTimestamp(commit.at)])
  }
  const failed = failedAgain(commit.rejections)
  if (failed.length > 0) await client.query(FAIL_AGAIN, [JSON.stringify(failed)])
}

const RESOLVE = `
  UPDATE quarantine SET resolved_at = $2, attempts = attempts + 1
  WHERE id = ANY($1::uuid[]) AND resolved_at IS NULL`

const FAIL_AGAIN = `
  UPDATE quarantine q
  SET reasons = again.reasons, reason_codes = again.codes, attempts = q.attempts + 1,
      resolved_at = NULL
  FROM json_to_recordset($1) AS again(id uuid, reasons jsonb, codes text[])
  WHERE q.id = again.id`

/** An array message that was run again can fail with several of its items. */
function failedAgain(rejections: readonly Rejection[]) {
  const reasons = new Map<string, Reason[]>()
  for (const { replayOf, reasons: found } of rejections) {
    if (replayOf === null) continue
    reasons.set(replayOf, [...(reasons.get(replayOf) ?? []), ...found])
  }
  return [...reasons].map(([id, found]) => ({
    id,
    reasons: storableReasons(found),
    codes: [...new Set(found.map(({ code }) => code))],
  }))
}
