import { Type } from 'typebox'
import type { App } from '#api/app.ts'
import { PROBLEM_STATUS } from '#api/problem.ts'
import { answers, refTo } from '#api/schemas/shared.ts'
import { ERROR_CODES, type ErrorCode, Rejected } from '#model/error.ts'

const ProblemKind = Type.Object(
  {
    code: Type.String(),
    status: Type.Integer(),
    meaning: Type.String(),
  },
  { $id: 'ProblemKind' },
)

const isCode = (text: string): text is ErrorCode => Object.hasOwn(ERROR_CODES, text)

const explain = (code: ErrorCode) => ({
  code,
  status: PROBLEM_STATUS[code],
  meaning: ERROR_CODES[code],
})

/** What the `type` of a problem document leads to. */
export function problemRoutes(app: App): void {
  app.addSchema(ProblemKind)
  const tags = ['problems']

  app.get('/api/problems', {
    schema: {
      tags,
      operationId: 'listProblems',
      summary: 'Every code of a problem document',
      response: answers(200, Type.Object({ items: Type.Array(refTo(ProblemKind)) })),
    },
    handler: async () =>
      Promise.resolve({ items: Object.keys(ERROR_CODES).filter(isCode).map(explain) }),
  })

  app.get('/api/problems/:code', {
    schema: {
      tags,
      operationId: 'explainProblem',
      summary: 'What a code means',
      params: Type.Object({ code: Type.String() }),
      response: answers(200, refTo(ProblemKind)),
    },
    handler: async ({ params: { code } }) => {
      if (!isCode(code)) throw new Rejected('not-found', `there is no problem ${code}`)
      return Promise.resolve(explain(code))
    },
  })
}
