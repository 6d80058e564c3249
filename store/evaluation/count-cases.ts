import type { Pool } from 'pg'
import { type CountName, countsOf } from '#model/evaluation/evaluation-count.ts'
import type { Counted, Counts } from '#model/evaluation/figures.ts'
import { overMany } from '#store/queries/over-many.ts'
import { query } from '#store/query.ts'
import { evaluationFacts } from './evaluation-facts.ts'
import type { EvaluationQuestion } from './evaluation-question.ts'

export interface CountedRow {
  /** Code of an area, id of a department, `edition/kind/class`, or id of an account. */
  readonly key: string
  readonly counts: Counts
}

interface PartRow extends Readonly<Record<string, unknown>> {
  readonly key: string
  readonly parked: boolean
}

/** Counts the cases of a period for each key, in one pass over them. */
export async function countCases(
  pool: Pick<Pool, 'connect'>,
  question: EvaluationQuestion,
): Promise<readonly CountedRow[]> {
  const { text, values } = countStatement(question)
  const parts = await overMany(pool, (client) => query<PartRow>(client, text, values))
  const names = countsOf(question.target.subject)
  return [...Map.groupBy(parts, ({ key }) => key)].map(([key, ofKey]) => ({
    key,
    counts: Object.fromEntries(names.map((name) => [name, countedIn(ofKey, name)])),
  }))
}

/** As one statement, for a look at its plan too. */
export function countStatement(question: EvaluationQuestion) {
  const { text, values } = evaluationFacts(question)
  const columns = countsOf(question.target.subject).map(
    (name) => `count(*) filter (where "${name}") as "${name}"`,
  )
  return {
    text: `select key, parked, ${columns.join(', ')} from (${text}) as fact
      group by key, parked order by key`,
    values,
  }
}

function countedIn(parts: readonly PartRow[], name: CountName): Counted {
  const of = (parked: boolean): number =>
    Number(parts.find((part) => part.parked === parked)?.[name] ?? 0)
  return { all: of(false) + of(true), parked: of(true) }
}
