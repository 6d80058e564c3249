import type { TestDatabase } from '#tests/support/database.ts'

/** How PostgreSQL means to run a statement. */
export async function planOf(
  { database }: TestDatabase,
  statement: { readonly text: string; readonly values: readonly unknown[] },
): Promise<string> {
  const { rows } = await database.pool.query<{ 'QUERY PLAN': string }>(
    `explain ${statement.text}`,
    [...statement.values],
  )
  return rows.map((row) => row['QUERY PLAN']).join('\n')
}
