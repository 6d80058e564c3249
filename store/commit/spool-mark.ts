import type { Client } from 'pg'
import type { Commit } from '#model/commit.ts'
import { formatTimestamp } from '#store/timestamp.ts'

/** Notes how far the spool is drained with this commit. */
export async function writeSpoolMark(client: Client, { fromSpool, at }: Commit): Promise<void> {
  if (!fromSpool) return
  await client.query(
    `INSERT INTO spool_mark (generation, record, drained_at) VALUES ($1, $2, $3)
     ON CONFLICT (generation) DO UPDATE SET record = greatest(spool_mark.record, excluded.record),
       drained_at = excluded.drained_at`,
    [fromSpool.generation, fromSpool.record, formatTimestamp(at)],
  )
}
