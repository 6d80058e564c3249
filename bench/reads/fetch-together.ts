import { query, type Session } from '#store/query.ts'

/** Where the server asks for one page of the disk after another, so many are asked for at once. */
const AT_ONCE = 64

/**
 * Until the end of the transaction rows are found in the index first and then fetched together, sorted by
 * where they lie: the server asks for pages of the disk before it needs them. Going along the index it
 * waits for each. Only for what is read whole in any case, for it is sorted again afterwards.
 *
 * How many pages are asked for ahead is left alone where there is no asking (0), as on macOS before 18.
 */
export async function fetchTogether(session: Session): Promise<void> {
  await query(
    session,
    `set local enable_bitmapscan = on; set local enable_indexscan = off; set local enable_seqscan = off;
     select set_config('effective_io_concurrency', '${AT_ONCE}', true)
     where current_setting('effective_io_concurrency')::integer between 1 and ${AT_ONCE - 1}`,
  )
}
