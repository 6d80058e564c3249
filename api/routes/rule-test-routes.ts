import { type Static, Type } from 'typebox'
import type { App } from '#api/app.ts'
import { Instant, showInstant } from '#api/instant.ts'
import { authorOf, Document, RuleParams } from '#api/rule-input.ts'
import { Words } from '#api/schemas/rule-view.ts'
import { answers, nullable } from '#api/schemas/shared.ts'
import { type BookedTests, RULE_ORIGINS } from '#model/rule-book.ts'
import type { Bilingual } from '#model/text.ts'

/** What these routes need of the tests beside rules. It throws `Rejected` as the routes answer. */
export interface RuleTestDesk {
  find(ruleId: string): Promise<BookedTests>
  save(
    ruleId: string,
    document: string,
    edit: { readonly author: string; readonly ifRevision?: number | undefined },
  ): Promise<BookedTests>
  /** `fault`: what was expected and what was found, where that is not the same. */
  run(
    document: string,
    tests: string,
  ): Promise<readonly { readonly name: string; readonly fault: string | undefined }[]>
}

/** Of what a rule document is made, for whoever writes one. */
export interface RuleWords {
  readonly ruleSchema: Readonly<Record<string, unknown>>
  readonly testSchema: Readonly<Record<string, unknown>>
  readonly schedules: readonly { readonly id: string; readonly title: Bilingual }[]
}

const tags = ['rules']

const TestsView = Type.Object({
  ruleId: Type.String(),
  document: nullable(Type.String({ description: 'YAML; null: the rule has no tests.' })),
  origin: Type.Enum([...RULE_ORIGINS]),
  revision: Type.Integer({
    description: 'Of those of the city, rising with each writing; 0: it has none of its own.',
  }),
  author: nullable(Type.String()),
  updatedAt: nullable(Instant),
})

const showTests = (ruleId: string, tests: BookedTests): Static<typeof TestsView> => ({
  ...tests,
  ruleId,
  updatedAt: showInstant(tests.updatedAt),
})

const Schema = Type.Record(Type.String(), Type.Unknown())

export function ruleTestRoutes(app: App, tests: RuleTestDesk, words: RuleWords): void {
  app.get('/api/v1/rule-language', {
    schema: {
      tags,
      operationId: 'getRuleLanguage',
      summary: 'Tell what a rule document and its tests are made of, for an editor',
      response: answers(
        200,
        Type.Object({
          ruleSchema: Type.Unsafe<Static<typeof Schema>>({
            ...Schema,
            description: 'JSON Schema of a rule.',
          }),
          testSchema: Type.Unsafe<Static<typeof Schema>>({
            ...Schema,
            description: 'JSON Schema of the tests beside it.',
          }),
          schedules: Type.Array(Type.Object({ id: Type.String(), title: Words }), {
            description: 'That a rule may name.',
          }),
        }),
      ),
    },
    handler: async () => ({
      ruleSchema: { ...words.ruleSchema },
      testSchema: { ...words.testSchema },
      schedules: words.schedules.map(({ id, title }) => ({ id, title })),
    }),
  })

  app.get('/api/v1/rules/:id/tests', {
    schema: {
      tags,
      operationId: 'getRuleTests',
      summary: 'Show the tests beside a rule',
      params: RuleParams,
      response: answers(200, TestsView),
    },
    handler: async ({ params }) => showTests(params.id, await tests.find(params.id)),
  })

  app.put('/api/v1/rules/:id/tests', {
    schema: {
      tags,
      operationId: 'saveRuleTests',
      summary: 'Keep other tests beside a rule',
      description: 'Those that came with Wanmi take their place again when their text is given.',
      params: RuleParams,
      body: Type.Object(
        {
          document: Document,
          ifRevision: Type.Optional(
            Type.Integer({
              minimum: 0,
              description: 'Only while these are the tests of the city, or it is a conflict.',
            }),
          ),
        },
        { additionalProperties: false },
      ),
      response: answers(200, TestsView),
    },
    handler: async (request) => {
      const { params, body } = request
      const edit = { author: authorOf(request, undefined), ifRevision: body.ifRevision }
      return showTests(params.id, await tests.save(params.id, body.document, edit))
    },
  })

  app.post('/api/v1/rules/test', {
    schema: {
      tags,
      operationId: 'runRuleTests',
      summary: 'Run tests against a rule document, and keep neither',
      body: Type.Object({ document: Document, tests: Document }, { additionalProperties: false }),
      response: answers(
        200,
        Type.Object({
          results: Type.Array(
            Type.Object({
              name: Type.String(),
              passed: Type.Boolean(),
              fault: nullable(
                Type.String({ description: 'What was expected and what was found instead.' }),
              ),
            }),
          ),
        }),
      ),
    },
    handler: async ({ body }) => {
      const results = await tests.run(body.document, body.tests)
      return {
        results: results.map(({ name, fault = null }) => ({ name, passed: fault === null, fault })),
      }
    },
  })
}
