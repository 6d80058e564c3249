import { type Static, Type } from 'typebox'
import type { App } from '#api/app.ts'
import { principalOf } from '#api/authentication.ts'
import { Instant } from '#api/instant.ts'
import { answers, nullable, refTo, Uuid } from '#api/schemas/shared.ts'
import { FILING_CONDITIONS, type FilingCondition } from '#model/catalogue.ts'
import { DEFAULT_POLICY, FilingPolicy } from '#model/filing-policy.ts'
import { LIMIT_UNITS } from '#model/limit.ts'
import { type EpochMs, formatInstant } from '#model/time.ts'

interface StoredPolicy {
  readonly kind: 'part' | 'event'
  readonly condition: string
  readonly policy: FilingPolicy
  readonly updatedAt: EpochMs
  readonly updatedBy: string
}

type NewRule = Static<typeof NewDispatchRule>

interface StoredRule extends NewRule {
  readonly id: string
  readonly updatedAt: EpochMs
  readonly updatedBy: string
}

/** How cases are filed and to whom they go, as the city has it. */
export interface Filing {
  readonly policies: readonly StoredPolicy[]
  readonly dispatchRules: readonly StoredRule[]
  putPolicy(
    policy: Pick<StoredPolicy, 'kind' | 'condition' | 'policy'>,
    by: string,
  ): Promise<StoredPolicy>
  removePolicy(kind: 'part' | 'event', condition: string): Promise<void>
  putRule(rule: NewRule, by: string): Promise<StoredRule>
  removeRule(id: string): Promise<void>
}

const Kind = Type.Enum(['part', 'event'])
const Titles = Type.Object({ en: Type.String(), zh: Type.String() })

const ConditionView = Type.Object(
  {
    kind: Kind,
    condition: Type.String(),
    edition: Type.String(),
    classes: Type.Array(Type.String()),
    title: Titles,
    closing: Titles,
    limit: Type.Object({ amount: Type.Number(), unit: Type.Enum([...LIMIT_UNITS]) }),
    policy: FilingPolicy,
    isDefault: Type.Boolean({ description: 'The city has set no policy of its own.' }),
    updatedAt: nullable(Instant),
    updatedBy: nullable(Type.String()),
  },
  { $id: 'FilingCondition' },
)

const NewDispatchRule = Type.Object(
  {
    kind: nullable(Kind),
    class: nullable(Type.String({ pattern: '^[0-9]{4}$' })),
    areaCode: nullable(Type.String({ pattern: '^[0-9]{6}([0-9]{3}){0,3}$' })),
    departmentId: Type.String({ minLength: 1, maxLength: 64 }),
  },
  { additionalProperties: false, description: 'Null fits every kind, class or area.' },
)

const RuleView = Type.Object(
  {
    ...NewDispatchRule.properties,
    id: Type.String(),
    updatedAt: Instant,
    updatedBy: Type.String(),
  },
  { $id: 'DispatchRule' },
)

const ConditionParams = Type.Object({ kind: Kind, condition: Type.String({ maxLength: 64 }) })
const RuleParams = Type.Object({ id: Uuid })

const showRule = (rule: StoredRule): Static<typeof RuleView> => ({
  id: rule.id,
  kind: rule.kind,
  class: rule.class,
  areaCode: rule.areaCode,
  departmentId: rule.departmentId,
  updatedAt: formatInstant(rule.updatedAt),
  updatedBy: rule.updatedBy,
})

function showCondition(
  { kind, condition, edition, classes, title, closing, limit }: FilingCondition,
  own: StoredPolicy | undefined,
): Static<typeof ConditionView> {
  return {
    kind,
    condition,
    edition,
    classes: [...classes],
    title,
    closing,
    limit,
    policy: own?.policy ?? DEFAULT_POLICY,
    isDefault: own === undefined,
    updatedAt: own ? formatInstant(own.updatedAt) : null,
    updatedBy: own?.updatedBy ?? null,
  }
}

export function filingRoutes(app: App, filing: Filing): void {
  app.addSchema(ConditionView)
  app.addSchema(RuleView)
  const shown = (condition: FilingCondition): Static<typeof ConditionView> =>
    showCondition(
      condition,
      filing.policies.find(
        (each) => each.kind === condition.kind && each.condition === condition.condition,
      ),
    )

  app.get('/api/v1/filing-conditions', {
    schema: {
      tags: ['filing'],
      operationId: 'listFilingConditions',
      summary: 'List the filing conditions with their limits, closing criteria and policies',
      response: answers(200, Type.Object({ items: Type.Array(refTo(ConditionView)) })),
    },
    handler: () => ({ items: FILING_CONDITIONS.map(shown) }),
  })

  app.put('/api/v1/filing-conditions/:kind/:condition/policy', {
    schema: {
      tags: ['filing'],
      operationId: 'putFilingPolicy',
      summary: 'Set how cases of a filing condition go through the flow, from now on',
      params: ConditionParams,
      body: FilingPolicy,
      response: answers(200, FilingPolicy),
    },
    handler: async (request) => {
      const { kind, condition } = request.params
      const by = principalOf(request).name
      return (await filing.putPolicy({ kind, condition, policy: request.body }, by)).policy
    },
  })

  app.delete('/api/v1/filing-conditions/:kind/:condition/policy', {
    schema: {
      tags: ['filing'],
      operationId: 'removeFilingPolicy',
      summary: 'Go back to the default policy',
      params: ConditionParams,
      response: answers(204, Type.Null()),
    },
    handler: async (request, reply) => {
      await filing.removePolicy(request.params.kind, request.params.condition)
      return await reply.code(204).send(null)
    },
  })

  app.get('/api/v1/dispatch-rules', {
    schema: {
      tags: ['filing'],
      operationId: 'listDispatchRules',
      summary: 'List which departments cases of a class and an area are for',
      response: answers(200, Type.Object({ items: Type.Array(refTo(RuleView)) })),
    },
    handler: () => ({ items: filing.dispatchRules.map(showRule) }),
  })

  app.put('/api/v1/dispatch-rules', {
    schema: {
      tags: ['filing'],
      operationId: 'putDispatchRule',
      summary: 'Set the department for a class and an area',
      body: NewDispatchRule,
      response: answers(200, refTo(RuleView)),
    },
    handler: async (request) =>
      showRule(await filing.putRule(request.body, principalOf(request).name)),
  })

  app.delete('/api/v1/dispatch-rules/:id', {
    schema: {
      tags: ['filing'],
      operationId: 'removeDispatchRule',
      summary: 'Remove a dispatch rule',
      params: RuleParams,
      response: answers(204, Type.Null()),
    },
    handler: async (request, reply) => {
      await filing.removeRule(request.params.id)
      return await reply.code(204).send(null)
    },
  })
}
