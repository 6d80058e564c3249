import type { Pool, PoolClient } from 'pg'
import { inTransaction, query } from '#store/query.ts'

/**
 * Runs statements over a large table of which any column may be asked for. Readings are read in the
 * order of one index; here several have to be taken together, and what is read lies in memory more
 * often than not, so that a page out of order costs little more than the next one.
 */
export const overMany = <Result>(
  pool: Pick<Pool, 'connect'>,
  work: (client: PoolClient) => Promise<Result>,
): Promise<Result> =>
  inTransaction(pool, async (client) => {
    await query(
      client,
      'set local enable_bitmapscan = on; set local random_page_cost = 1.1; set local jit = off',
    )
    return await work(client)
  })
