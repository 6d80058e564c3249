import type { Client } from 'pg'
import type { Commit } from '#model/commit.ts'
import { formatTimestamp } from '#store/timestamp.ts'

/** Grows the span in which Wanmi has listened, or begins one. */
export async function writeListened(client: Client, { listened }: Commit): Promise<void> {
  if (listened === null) return
  await client.query(
    `INSERT INTO listened (from_at, to_at) VALUES ($1, $2)
     ON CONFLICT (from_at) DO UPDATE SET to_at = greatest(listened.to_at, excluded.to_at)`,
    [formatTimestamp(listened.from), formatTimestamp(listened.to)],
  )
}
