import { Rejected } from '#model/error.ts'
import { query, type Session } from '#store/query.ts'

// Keys of advisory locks, held to the end of the transaction that takes them.
const IMPORT = 7_301_001
const GRIDS = 7_301_002

/**
 * One import, or one change of the grids, at a time.
 *
 * @throws Rejected('conflict') when another one runs.
 */
export async function lockImports(session: Session): Promise<void> {
  const [row] = await query<{ taken: boolean }>(
    session,
    `select pg_try_advisory_xact_lock(${IMPORT}) as taken`,
  )
  if (!row?.taken) {
    throw new Rejected('conflict', 'another import is running; try again when it has finished')
  }
}

/** Who writes a grid code worked out from the grids keeps them as they are until it commits. */
export const holdGrids = (session: Session): Promise<unknown> =>
  query(session, `select pg_advisory_xact_lock_shared(${GRIDS})`)

/** Waits until no grid code worked out from the old grids is under way, and lets none begin. */
export const lockGrids = (session: Session): Promise<unknown> =>
  query(session, `select pg_advisory_xact_lock(${GRIDS})`)
