import { addCounts } from '#model/evaluation/figures.ts'
import type { CountedRow } from './count-cases.ts'

export interface KnownDepartment {
  readonly id: string
  readonly parentId: string | null
  readonly name: string
}

/** A department and all below it, those that are gone from the tree included as themselves. */
export function belowOf(id: string, departments: readonly KnownDepartment[]): readonly string[] {
  const children = Map.groupBy(departments, ({ parentId }) => parentId)
  const found = [id]
  // What is found grows while it is gone through.
  for (const each of found) {
    for (const { id: child } of children.get(each) ?? []) {
      if (!found.includes(child)) found.push(child)
    }
  }
  return found
}

/** Each department with what is counted of those below it. One that has nothing at all has no row. */
export function withBelow(
  counted: readonly CountedRow[],
  departments: readonly KnownDepartment[],
): readonly CountedRow[] {
  const parents = new Map(departments.map(({ id, parentId }) => [id, parentId]))
  const parts = new Map<string, CountedRow[]>()
  for (const row of counted) {
    const passed = new Set<string>()
    let at: string | null = row.key
    while (at !== null && !passed.has(at)) {
      passed.add(at)
      parts.set(at, [...(parts.get(at) ?? []), row])
      at = parents.get(at) ?? null
    }
  }
  return [...parts].map(([key, rows]) => ({
    key,
    counts: addCounts(
      'department',
      rows.map(({ counts }) => counts),
    ),
  }))
}
