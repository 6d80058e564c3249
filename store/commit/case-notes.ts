import type { Client } from 'pg'
import type { CaseNote } from '#model/case.ts'
import type { EpochMs } from '#model/time.ts'
import { formatTimestamp } from '#store/timestamp.ts'

/** A note to be written on a case. */
export interface NewNote extends Omit<CaseNote, 'at'> {
  readonly caseId: string
}

/** Adds notes within the transaction of what they are about, in their order, in one statement. */
export async function writeNotes(
  client: Client,
  notes: readonly NewNote[],
  at: EpochMs,
): Promise<void> {
  if (notes.length === 0) return
  const rows = notes.map(({ caseId, type, episodeId, detail }, position) => ({
    position,
    case_id: caseId,
    type,
    episode_id: episodeId,
    detail,
  }))
  await client.query(INSERT, [JSON.stringify(rows), formatTimestamp(at)])
}

const INSERT = `
  INSERT INTO case_note (case_id, at, type, episode_id, detail)
  SELECT case_id, $2, type, episode_id, detail
  FROM json_to_recordset($1)
    AS given(position integer, case_id uuid, type text, episode_id uuid, detail jsonb)
  ORDER BY position`
