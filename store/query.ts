import type { Pool, PoolClient, QueryResultRow } from 'pg'
import { databaseError } from './database-error.ts'

/** Where a statement runs: any connection of the pool, or the one of a transaction. */
export type Session = Pick<Pool, 'query'> | Pick<PoolClient, 'query'>

/**
 * The rows of a statement.
 *
 * @throws Unavailable, Rejected or Broken, as {@link databaseError} reads what `pg` threw.
 */
export async function query<Row extends QueryResultRow>(
  session: Session,
  text: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  try {
    return (await session.query<Row>(text, [...values])).rows
  } catch (error) {
    throw databaseError(error)
  }
}

/** Runs the work in one transaction of one connection; whatever it throws undoes it. */
export async function inTransaction<Result>(
  pool: Pick<Pool, 'connect'>,
  work: (client: PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect().catch((error: unknown) => {
    throw databaseError(error)
  })
  // A connection that is lost between two statements must not end the process; the next statement
  // on it fails and says so.
  const onLoss = (): void => undefined
  client.on('error', onLoss)
  let usable = true
  try {
    await query(client, 'begin')
    const result = await work(client)
    await query(client, 'commit')
    return result
  } catch (error) {
    usable = await query(client, 'rollback').then(
      () => true,
      () => false,
    )
    throw error
  } finally {
    client.off('error', onLoss)
    client.release(!usable)
  }
}
