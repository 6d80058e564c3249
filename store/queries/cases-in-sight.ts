import type { Pool } from 'pg'
import type { Scope } from '#model/principal.ts'
import { query } from '#store/query.ts'
import { CASE_SCOPE } from './cases.ts'
import { Conditions } from './conditions.ts'
import { addScope } from './scope.ts'

/** Tells which of some cases, by their ids, a scope lets one see. */
export const casesInSight =
  (pool: Pool) =>
  async (ids: readonly string[], scope: Scope): Promise<ReadonlySet<string>> => {
    if (ids.length === 0) return new Set()
    const where = addScope(new Conditions().add('id = any(?::uuid[])', ids), scope, CASE_SCOPE)
    const text = `select id from case_record ${where.clause()}`
    const rows = await query<{ id: string }>(pool, text, where.values)
    return new Set(rows.map(({ id }) => id))
  }
