import { query, type Session } from './query.ts'

/**
 * Which change was noted last in the audit log, as every request that changes something is: while it
 * stays the same, what was read of registry, rules and people still holds.
 *
 * @throws Unavailable `database-unavailable`
 */
export async function lastChange(session: Session): Promise<string> {
  const [row] = await query<{ last: string | null }>(
    session,
    'SELECT max(id)::text AS last FROM audit_log',
  )
  return row?.last ?? ''
}
