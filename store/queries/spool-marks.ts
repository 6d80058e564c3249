import { Broken } from '#model/error.ts'
import { query, type Session } from '#store/query.ts'

/** What a spool needs to know of the database that it is drained into. */
export interface SpoolMarks {
  /** A UUID of this database alone; copies of it have the same. */
  readonly databaseId: string
  /** The last record that is in the database, by generation. */
  readonly drained: ReadonlyMap<string, number>
}

/** @throws Unavailable `database-unavailable` */
export async function readSpoolMarks(session: Session): Promise<SpoolMarks> {
  const [identity] = await query<{ id: string }>(session, 'SELECT id FROM database_identity')
  if (!identity) throw new Broken('internal', 'the table database_identity has lost its row')
  const marks = await query<{ generation: string; record: number }>(
    session,
    'SELECT generation, record FROM spool_mark',
  )
  const drained = new Map(marks.map(({ generation, record }) => [generation, record]))
  return { databaseId: identity.id, drained }
}
