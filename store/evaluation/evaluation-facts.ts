import type { EvaluationTarget } from '#model/evaluation/evaluation.ts'
import { type CountName, countsOf } from '#model/evaluation/evaluation-count.ts'
import { type EvaluatedPost, isPost } from '#model/evaluation/evaluation-subject.ts'
import { CASE_SCOPE } from '#store/queries/cases.ts'
import { Conditions } from '#store/queries/conditions.ts'
import { addScope, withinArea } from '#store/queries/scope.ts'
import { caseCounts } from './case-counts.ts'
import { deedsOf } from './deeds.ts'
import type { EvaluationQuestion } from './evaluation-question.ts'
import { POST_COUNTS } from './post-counts.ts'

/**
 * A statement that gives one row for each case and whatever it is counted for: `key`, `case_id`,
 * `parked`, and for each count whether it counts the case. Numbers and lists are both made of it.
 */
export interface EvaluationFacts {
  readonly text: string
  readonly values: readonly unknown[]
}

/** The key of cases that nobody has classed yet. */
export const UNCLASSED = 'unclassed'

export function evaluationFacts(question: EvaluationQuestion): EvaluationFacts {
  const { target } = question
  return isPost(target.subject)
    ? postFacts(target.subject, question)
    : caseFacts(question, target as Exclude<EvaluationTarget, { subject: EvaluatedPost }>)
}

function caseFacts(
  question: EvaluationQuestion,
  target: Exclude<EvaluationTarget, { subject: EvaluatedPost }>,
): EvaluationFacts {
  const { conditions, any, parked } = caseCounts(question)
  const where = new Conditions().add(any)
  if (target.subject === 'department') where.add('department_id is not null')
  const within = target.subject === 'area' ? target.within : null
  const seen = within === null ? question.scope : withinArea(question.scope, within)
  addScope(where, seen, CASE_SCOPE)
  const columns = countsOf(target.subject).map((name) => flag(name, conditions[name]))
  return {
    text: `select ${keyOf(target)} as key, c.id as case_id, ${parked} as parked, ${columns.join(', ')}
      from case_record as c ${where.clause()}`,
    values: where.values,
  }
}

function keyOf(target: Exclude<EvaluationTarget, { subject: EvaluatedPost }>): string {
  if (target.subject === 'area') return `left(c.area_code, ${target.digits})`
  if (target.subject === 'department') return 'c.department_id'
  return `case when c.class is null then '${UNCLASSED}'
    else concat_ws('/', c.edition, c.kind, c.class) end`
}

function postFacts(post: EvaluatedPost, question: EvaluationQuestion): EvaluationFacts {
  const where = addScope(new Conditions().add('true'), question.scope, CASE_SCOPE)
  const pairs = question.inspectorAreas.flatMap(({ accountId, areas }) =>
    areas.map((area) => [accountId, area] as const),
  )
  const isAsked = post === 'inspector'
  const next = where.values.length + 1
  const areas = `$${next}::uuid[], $${next + 1}::text[]`
  const deeds = deedsOf(post, question, where.clause(), areas)
  const columns = countsOf(post).map((name) => flag(name, POST_COUNTS[post][name]))
  return {
    text: `select key::text as key, case_id, bool_or(parked) as parked, ${columns.join(', ')}
      from (${deeds.join(' union all ')}) as deed group by key, case_id`,
    values: [
      ...where.values,
      ...(isAsked ? [pairs.map(([id]) => id), pairs.map(([, area]) => area)] : []),
    ],
  }
}

function flag(name: CountName, condition: string | undefined): string {
  if (condition === undefined) throw new TypeError(`${name} is not defined here`)
  return `coalesce(${condition}, false) as "${name}"`
}
