import { Type } from 'typebox'
import type { App } from '#api/app.ts'
import {
  DocumentBody,
  documentOf,
  editOf,
  editProperties,
  RuleParams,
  ruleFaults,
  YAML_TYPES,
} from '#api/rule-input.ts'
import {
  RuleChangeView,
  RuleCheck,
  RuleFactsView,
  RuleSummary,
  RuleVersionView,
  RuleView,
  showChange,
  showCheck,
  showRule,
  showSummary,
  showVersion,
} from '#api/schemas/rule-view.ts'
import { answers, asMedia, refTo } from '#api/schemas/shared.ts'
import { Rejected } from '#model/error.ts'
import type { BookedRule, RuleChange, RuleFacts, RuleVersion } from '#model/rule-book.ts'

/** Who changes a rule and why; `ifVersion` must be in force, or the change is a `conflict`. */
export interface RuleEdit {
  readonly author: string
  readonly note?: string | undefined
  readonly ifVersion?: number | undefined
}

/** What these routes need of the rule book. It throws `Rejected` as the routes answer. */
export interface RuleBook {
  list(): readonly BookedRule[]
  get(id: string): BookedRule
  check(document: string): RuleFacts
  versions(id: string): Promise<readonly RuleVersion[]>
  version(id: string, version: number): Promise<RuleVersion>
  changes(id: string, limit: number): Promise<readonly RuleChange[]>
  publish(
    id: string,
    document: string,
    edit: RuleEdit,
  ): Promise<{ readonly rule: BookedRule; readonly outcome: 'new' | 'changed' | 'same' }>
  rollBack(id: string, version: number, edit: RuleEdit): Promise<BookedRule>
  setEnabled(id: string, enabled: boolean, edit: RuleEdit): Promise<BookedRule>
}

const tags = ['rules']

const Version = Type.Integer({ minimum: 1, maximum: 2_147_483_647 })
const Edit = Type.Union([Type.Object(editProperties, { additionalProperties: false }), Type.Null()])
const RollBack = Type.Object(
  { version: Version, ...editProperties },
  { additionalProperties: false },
)
const NamedVersion = Type.Object({ ...RuleParams.properties, version: Version })
const documentBody = asMedia(DocumentBody, ['application/json', ...YAML_TYPES])

export function ruleRoutes(app: App, rules: RuleBook): void {
  for (const schema of [RuleFactsView, RuleSummary, RuleView, RuleVersionView])
    app.addSchema(schema)
  for (const schema of [RuleChangeView, RuleCheck]) app.addSchema(schema)
  readingRoutes(app, rules)
  // Only here a body may be YAML; as text of no form it is never taken.
  void app.register(async (scope: App) => {
    scope.removeContentTypeParser('text/plain')
    scope.addContentTypeParser([...YAML_TYPES], { parseAs: 'string' }, (_request, body, done) =>
      done(null, body),
    )
    documentRoutes(scope, rules)
    return Promise.resolve()
  })
  changingRoutes(app, rules)
}

function readingRoutes(app: App, rules: RuleBook): void {
  app.get('/api/v1/rules', {
    schema: {
      tags,
      operationId: 'listRules',
      summary: 'List rules by id',
      response: answers(200, Type.Object({ items: Type.Array(refTo(RuleSummary)) })),
    },
    handler: async () => ({ items: rules.list().map(showSummary) }),
  })

  app.get('/api/v1/rules/:id', {
    schema: {
      tags,
      operationId: 'getRule',
      summary: 'Show a rule with its version in force',
      params: RuleParams,
      response: answers(200, refTo(RuleView)),
    },
    handler: async ({ params }) => showRule(rules.get(params.id)),
  })

  app.get('/api/v1/rules/:id/versions', {
    schema: {
      tags,
      operationId: 'listRuleVersions',
      summary: 'List the versions of a rule, the newest first',
      params: RuleParams,
      response: answers(200, Type.Object({ items: Type.Array(refTo(RuleVersionView)) })),
    },
    handler: async ({ params }) => ({ items: (await rules.versions(params.id)).map(showVersion) }),
  })

  app.get('/api/v1/rules/:id/versions/:version', {
    schema: {
      tags,
      operationId: 'getRuleVersion',
      summary: 'Show a version of a rule',
      params: NamedVersion,
      response: answers(200, refTo(RuleVersionView)),
    },
    handler: async ({ params }) => showVersion(await rules.version(params.id, params.version)),
  })

  app.get('/api/v1/rules/:id/changes', {
    schema: {
      tags,
      operationId: 'listRuleChanges',
      summary: 'Tell who changed a rule and when, the newest first',
      params: RuleParams,
      querystring: Type.Object(
        { limit: Type.Integer({ minimum: 1, maximum: 1_000, default: 100 }) },
        { additionalProperties: false },
      ),
      response: answers(200, Type.Object({ items: Type.Array(refTo(RuleChangeView)) })),
    },
    handler: async ({ params, query }) => ({
      items: (await rules.changes(params.id, query.limit)).map(showChange),
    }),
  })
}

function documentRoutes(app: App, rules: RuleBook): void {
  app.put('/api/v1/rules/:id', {
    schema: {
      tags,
      operationId: 'publishRule',
      summary: 'Put a document in force as the next version of a rule, or as a new rule',
      description:
        'It takes effect at once. The document that is in force already makes no new version. ' +
        'With a body of YAML, author, note and ifVersion go into the address.',
      params: RuleParams,
      querystring: Type.Object(editProperties, { additionalProperties: false }),
      body: documentBody,
      response: { ...answers(200, refTo(RuleView)), 201: refTo(RuleView) },
    },
    handler: async (request, reply) => {
      const { params, query, body } = request
      const edit = editOf(request, typeof body === 'string' ? query : { ...query, ...body })
      const { rule, outcome } = await rules.publish(params.id, documentOf(body), edit)
      if (outcome === 'new') void reply.code(201).header('location', `/api/v1/rules/${params.id}`)
      return showRule(rule)
    },
  })

  app.post('/api/v1/rules/check', {
    schema: {
      tags,
      operationId: 'checkRule',
      summary: 'Tell what is wrong with a document, and keep nothing',
      body: documentBody,
      response: answers(200, refTo(RuleCheck)),
    },
    handler: async ({ body }) => {
      try {
        return showCheck(rules.check(documentOf(body)), [])
      } catch (error) {
        if (!(error instanceof Rejected)) throw error
        return showCheck(null, ruleFaults(error))
      }
    },
  })
}

function changingRoutes(app: App, rules: RuleBook): void {
  app.post('/api/v1/rules/:id/rollback', {
    schema: {
      tags,
      operationId: 'rollBackRule',
      summary: 'Put another version of a rule in force, older or waiting',
      description: 'On the newest shipped version the rule follows the library again.',
      params: RuleParams,
      body: RollBack,
      response: answers(200, refTo(RuleView)),
    },
    handler: async (request) => {
      const { params, body } = request
      return showRule(await rules.rollBack(params.id, body.version, editOf(request, body)))
    },
  })

  const switches = [
    ['enable', true, 'Let a rule find something again'],
    ['disable', false, 'Let a rule find nothing; its versions and episodes stay'],
  ] as const
  for (const [name, enabled, summary] of switches) {
    app.post(`/api/v1/rules/:id/${name}`, {
      schema: {
        tags,
        operationId: `${name}Rule`,
        summary,
        params: RuleParams,
        body: Edit,
        response: answers(200, refTo(RuleView)),
      },
      handler: async (request) => {
        const edit = editOf(request, request.body ?? {})
        return showRule(await rules.setEnabled(request.params.id, enabled, edit))
      },
    })
  }
}
