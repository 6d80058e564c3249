import type { FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import type { App } from '#api/app.ts'
import { principalOf } from '#api/authentication.ts'
import {
  CSV_TYPE,
  evaluationCsv,
  evaluationXlsx,
  XLSX_TYPE,
} from '#api/evaluation/evaluation-file.ts'
import {
  type GivenPeriod,
  periodParameters,
  readPeriod,
  TARGETS,
} from '#api/evaluation/evaluation-parameters.ts'
import { type Page, type PageRequest, pageOf, pageParameters, showPage } from '#api/paging.ts'
import { CaseView, showCase } from '#api/schemas/case-view.ts'
import { EvaluationView, showEvaluation } from '#api/schemas/evaluation-view.ts'
import { answers, asMedia, refTo } from '#api/schemas/shared.ts'
import type { Case } from '#model/case.ts'
import type { CityPeriods } from '#model/evaluation/city-period.ts'
import type {
  Evaluation,
  EvaluationRequest,
  EvaluationTarget,
  FigureRequest,
} from '#model/evaluation/evaluation.ts'
import { COUNT_NAMES } from '#model/evaluation/evaluation-count.ts'
import type { EpochMs } from '#model/time.ts'

/** What these routes need of whoever evaluates. */
export interface Evaluator {
  /** Without a page: all rows. */
  evaluate(request: EvaluationRequest, page?: PageRequest): Promise<Evaluation>
  cases(request: EvaluationRequest, figure: FigureRequest, page: PageRequest): Promise<Page<Case>>
  readonly periods: CityPeriods
  now(): EpochMs
}

const tags = ['evaluation']

// A bare reference would lose what is said beside it of the media types.
const ANSWER = Type.Unsafe<Static<typeof EvaluationView>>({ allOf: [refTo(EvaluationView)] })

const FORMATS = ['json', 'csv', 'xlsx'] as const
type Format = (typeof FORMATS)[number]

const formatParameter = {
  format: Type.Optional(
    Type.Enum([...FORMATS], { description: 'In place of the Accept header. Files have all rows.' }),
  ),
}

const figureParameters = {
  count: Type.Enum([...COUNT_NAMES], { description: 'The name of the count.' }),
  key: Type.Optional(
    Type.String({ minLength: 1, maxLength: 100, description: 'Of the row; without it, of all.' }),
  ),
  parked: Type.Enum(['counted', 'left-out'], {
    default: 'counted',
    description: 'left-out: without those a rate leaves out as parked.',
  }),
}

const SUMMARIES: Readonly<Record<keyof typeof TARGETS, string>> = {
  area: 'Evaluate districts, streets, communities or unit grids',
  department: 'Evaluate those who handle',
  class: 'Evaluate by what cases are about',
  post: 'Evaluate the accounts of a post',
}

export function evaluationRoutes(app: App, evaluator: Evaluator): void {
  for (const subject of Object.keys(TARGETS) as (keyof typeof TARGETS)[]) {
    const { parameters, target } = TARGETS[subject]
    const name = subject.charAt(0).toUpperCase() + subject.slice(1)
    // Each subject has the parameters of its own, which its schema has checked.
    const targetOf = target as (query: object) => EvaluationTarget
    const requestOf = (request: FastifyRequest): EvaluationRequest => {
      const query = request.query as GivenPeriod
      return {
        target: targetOf(query),
        ...readPeriod(query, evaluator.periods, evaluator.now()),
        version: query.configuration,
        scope: principalOf(request).scope,
      }
    }

    app.get(`/api/v1/evaluation/${subject}`, {
      schema: {
        tags,
        operationId: `evaluate${name}`,
        summary: SUMMARIES[subject],
        description:
          'JSON by pages; a table with Chinese headers as CSV, or as XLSX with what the figures mean. Only cases that the account may see are counted.',
        querystring: Type.Object(
          { ...pageParameters, ...periodParameters, ...parameters, ...formatParameter },
          { additionalProperties: false },
        ),
        response: answers(200, asMedia(ANSWER, ['application/json', 'text/csv', XLSX_TYPE])),
      },
      handler: async (request, reply) => {
        const asked = requestOf(request)
        const format = formatOf(request)
        if (format === 'json') {
          const { limit, after } = request.query as PageRequest
          return showEvaluation(await evaluator.evaluate(asked, { limit, after }))
        }
        const evaluation = await evaluator.evaluate(asked)
        const day = evaluator.periods.dayOf(asked.from)
        const file = `attachment; filename="evaluation-${asked.target.subject}-${day}.${format}"`
        void reply.header('content-disposition', file)
        const sent =
          format === 'csv'
            ? reply.type(CSV_TYPE).send(evaluationCsv(evaluation) as never)
            : reply
                .type(XLSX_TYPE)
                .send((await evaluationXlsx(evaluation, evaluator.periods.wallClock)) as never)
        return await sent
      },
    })

    app.get(`/api/v1/evaluation/${subject}/cases`, {
      schema: {
        tags,
        operationId: `list${name}EvaluationCases`,
        summary: 'List the cases behind a count of an evaluation, the newest first',
        querystring: Type.Object(
          { ...pageParameters, ...periodParameters, ...parameters, ...figureParameters },
          { additionalProperties: false },
        ),
        response: answers(200, pageOf(refTo(CaseView))),
      },
      handler: async (request) => {
        const { limit, after, count, key, parked } = request.query as PageRequest &
          Pick<FigureRequest, 'count'> & { key?: string; parked: string }
        const figure = { key: key ?? null, count, withoutParked: parked === 'left-out' }
        const page = await evaluator.cases(requestOf(request), figure, { limit, after })
        return showPage(page, showCase)
      },
    })
  }
}

/** What was asked for by name, else what the client prefers by its order in `Accept`. */
function formatOf({ query, headers }: FastifyRequest): Format {
  const { format } = query as { format?: Format }
  if (format !== undefined) return format
  for (const part of (headers.accept ?? '').split(',')) {
    const type = part.split(';', 1)[0]?.trim().toLowerCase() ?? ''
    if (type === 'application/json') return 'json'
    if (type === 'text/csv') return 'csv'
    if (type === XLSX_TYPE) return 'xlsx'
  }
  return 'json'
}
