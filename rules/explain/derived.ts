import type { BoundRule } from '#rules/bind-rule.ts'
import type { Sample } from '#rules/fold.ts'
import type { Memory } from '#rules/memory.ts'

/** What functions of a condition gave at a reading, by their text. */
export type Derived = Readonly<Record<string, number | boolean>>

/**
 * What the functions of the condition give at a reading, by their text; those that are unknown are
 * left out. Undefined where the condition has none.
 */
export function derivedOf(bound: BoundRule, sample: Sample, memory: Memory): Derived | undefined {
  const functions = bound.when.clauses.flatMap(({ terms }) =>
    terms.filter(({ isFunction }) => isFunction),
  )
  if (functions.length === 0) return undefined
  const derived: Record<string, number | boolean> = {}
  for (const { text, evaluate } of functions) {
    const value = evaluate(sample, memory, bound)
    if (typeof value === 'number' || typeof value === 'boolean') derived[text] = value
  }
  return derived
}
