import type { ClauseTold, ConditionTold, Truth } from '#model/explanation.ts'
import type { BoundRule } from '#rules/bind-rule.ts'
import type { Clause } from '#rules/clause.ts'
import type { Condition } from '#rules/condition.ts'
import type { Sample } from '#rules/fold.ts'
import type { Memory } from '#rules/memory.ts'
import { areaName } from './tell-places.ts'

/** What a condition says at a reading, clause by clause. The memory has perceived the reading. */
export const tellCondition = (
  { text, test, clauses }: Condition,
  bound: BoundRule,
  sample: Sample,
  memory: Memory,
): ConditionTold => ({
  text,
  truth: truthOf(test(sample, memory, bound)),
  clauses: clauses.map((clause) => tellClause(clause, bound, sample, memory)),
})

function tellClause(
  { text, test, terms, channels, params, places }: Clause,
  bound: BoundRule,
  sample: Sample,
  memory: Memory,
): ClauseTold {
  const names = Object.keys(bound.rule.params)
  return {
    text,
    truth: truthOf(test(sample, memory, bound)),
    terms: terms.map(({ text: of, evaluate, unit }) => ({
      text: of,
      value: evaluate(sample, memory, bound) ?? null,
      unit,
    })),
    absentChannels: channels
      .filter((index) => sample.values[index] === undefined)
      .map((index) => bound.kind.channels[index]?.name ?? ''),
    missingParams: params
      .filter((index) => bound.params[index] === undefined)
      .map((index) => names[index] ?? ''),
    missingAreas: places
      .filter((index) => bound.areas[index] === undefined)
      .map((index) => areaName(bound, index)),
  }
}

export function truthOf(said: boolean | undefined): Truth {
  if (said === undefined) return 'unknown'
  return said ? 'true' : 'false'
}
