import type { CityPeriod } from '#model/evaluation/city-period.ts'
import type { EvaluationRequest, EvaluationTarget } from '#model/evaluation/evaluation.ts'
import type { CountName } from '#model/evaluation/evaluation-count.ts'
import { EVALUATED_POSTS } from '#model/evaluation/evaluation-subject.ts'
import { WHOLE_CITY } from '#model/principal.ts'
import type { EvaluationDesk } from '#store/evaluation/evaluation-desk.ts'
import { DISTRICT } from './case-city.ts'

export interface EvaluationQuestion {
  readonly name: string
  /** How many rows, or cases on the page. */
  readonly ask: (desk: Pick<EvaluationDesk, 'evaluate' | 'cases'>) => Promise<number>
}

const TARGETS: Readonly<Record<string, EvaluationTarget>> = {
  districts: { subject: 'area', digits: 6, within: null },
  streets: { subject: 'area', digits: 9, within: null },
  communities: { subject: 'area', digits: 12, within: null },
  'unit grids': { subject: 'area', digits: 15, within: null },
  'departments, as a tree': { subject: 'department', withBelow: true },
  classes: { subject: 'class' },
  ...Object.fromEntries(EVALUATED_POSTS.map((post) => [`${post}s`, { subject: post }])),
}

const PAGE = 100

/** The evaluation of a period, and the first page of cases behind some of its figures. */
export function evaluationQuestions(period: CityPeriod): readonly EvaluationQuestion[] {
  const request = (target: EvaluationTarget): EvaluationRequest => ({
    target,
    ...period,
    scope: WHOLE_CITY,
  })
  const behind = (
    name: string,
    target: EvaluationTarget,
    key: string | null,
    count: CountName,
  ): EvaluationQuestion => ({
    name: `cases behind: ${name}`,
    ask: async (desk) => {
      const figure = { key, count, withoutParked: true }
      return (await desk.cases(request(target), figure, { limit: PAGE })).items.length
    },
  })
  return [
    ...Object.entries(TARGETS).map(
      ([name, target]): EvaluationQuestion => ({
        name: `evaluation: ${name}`,
        ask: async (desk) => (await desk.evaluate(request(target))).rows.length,
      }),
    ),
    behind('handled in a district', TARGETS['districts'] as EvaluationTarget, DISTRICT, 'handled'),
    behind('overdue in the city', TARGETS['districts'] as EvaluationTarget, null, 'overdue'),
    behind('volume of the dispatchers', { subject: 'dispatcher' }, null, 'volume'),
  ]
}
