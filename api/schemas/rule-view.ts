import { type Static, Type } from 'typebox'
import { Instant } from '#api/instant.ts'
import { SEVERITIES } from '#model/rule.ts'
import {
  type BookedOverride,
  type BookedRule,
  RULE_ACTIONS,
  RULE_ORIGINS,
  type RuleChange,
  type RuleFacts,
  type RuleVersion,
} from '#model/rule-book.ts'
import { RULE_FAULT_TEXTS } from '#model/rule-fault.ts'
import { type EffectiveParam, OVERRIDE_SCOPES } from '#model/rule-override.ts'
import { formatInstant } from '#model/time.ts'
import { nullable, refTo } from './shared.ts'

export const Words = Type.Object({ en: Type.String(), zh: Type.String() })
const Value = Type.Union([Type.Number(), Type.String()])
const Unit = nullable(Type.String({ description: 'UCUM.' }))
const Version = Type.Integer({ minimum: 1 })
const Fault = (description: string) => nullable(Type.String({ description }))

const ParamView = Type.Object({
  type: Type.Enum(['number', 'text']),
  unit: Unit,
  default: nullable(Value),
  title: nullable(Words),
  min: nullable(Type.Number()),
  max: nullable(Type.Number()),
})

const facts = {
  title: Words,
  kinds: Type.Array(Type.String()),
  severity: Type.Enum([...SEVERITIES]),
}

export const RuleFactsView = Type.Object(
  {
    id: Type.String(),
    ...facts,
    source: Type.String(),
    phenomenon: Type.String(),
    outcome: Type.Union([
      Type.Object({ case: Type.Literal('none') }),
      Type.Object({
        case: Type.Enum(['part', 'event']),
        condition: Type.String(),
        class: Type.String(),
      }),
    ]),
    params: Type.Record(Type.String(), ParamView),
  },
  { $id: 'RuleFacts', description: 'What a document says, apart from its conditions.' },
)

const showFacts = (rule: RuleFacts): Static<typeof RuleFactsView> => ({
  id: rule.id,
  title: rule.title,
  kinds: [...rule.kinds],
  severity: rule.severity,
  source: rule.source,
  phenomenon: rule.phenomenon,
  outcome: rule.outcome,
  params: Object.fromEntries(
    Object.entries(rule.params).map(([name, param]) => [
      name,
      {
        type: param.type,
        unit: param.unit,
        default: param.default,
        title: param.title,
        min: param.min,
        max: param.max,
      },
    ]),
  ),
})

export const RuleSummary = Type.Object(
  {
    id: Type.String(),
    title: nullable(facts.title),
    kinds: nullable(facts.kinds),
    severity: nullable(facts.severity),
    version: Type.Integer({ minimum: 1, description: 'In force.' }),
    enabled: Type.Boolean({ description: 'A disabled rule finds nothing.' }),
    origin: Type.Enum([...RULE_ORIGINS], {
      description: 'Of the version in force: it came with Wanmi, or the city made it.',
    }),
    newestVersion: Version,
    waitingVersion: nullable(
      Type.Integer({
        minimum: 1,
        description: 'Shipped after the one in force, which the city set.',
      }),
    ),
    fault: Fault('Why this Wanmi cannot read the document; then the rule finds nothing.'),
    lastChange: nullable(
      Type.Object(
        { author: Type.String(), at: Instant },
        { description: 'Who did something to it last: also who disabled it, or set a parameter.' },
      ),
    ),
  },
  { $id: 'RuleSummary' },
)

export const showSummary = (rule: BookedRule): Static<typeof RuleSummary> => ({
  id: rule.ruleId,
  title: rule.facts?.title ?? null,
  kinds: rule.facts && [...rule.facts.kinds],
  severity: rule.facts?.severity ?? null,
  version: rule.version,
  enabled: rule.enabled,
  origin: rule.origin,
  newestVersion: rule.newestVersion,
  waitingVersion: rule.waitingVersion,
  fault: rule.fault,
  lastChange: rule.lastChange && {
    author: rule.lastChange.author,
    at: formatInstant(rule.lastChange.at),
  },
})

const written = {
  document: Type.String({ description: 'The YAML, exactly as it was given.' }),
  author: Type.String(),
  note: nullable(Type.String()),
  createdAt: Instant,
}

const showWritten = (version: RuleVersion) => ({
  document: version.document,
  author: version.author,
  note: version.note,
  createdAt: formatInstant(version.createdAt),
})

export const RuleView = Type.Object(
  {
    ...RuleSummary.properties,
    ...written,
    parsed: nullable(refTo(RuleFactsView)),
  },
  { $id: 'Rule', description: 'A rule with its version in force.' },
)

export const showRule = (rule: BookedRule): Static<typeof RuleView> => ({
  ...showSummary(rule),
  ...showWritten(rule),
  parsed: rule.facts && showFacts(rule.facts),
})

export const RuleVersionView = Type.Object(
  { version: Version, origin: Type.Enum([...RULE_ORIGINS]), ...written },
  { $id: 'RuleVersion' },
)

export const showVersion = (version: RuleVersion): Static<typeof RuleVersionView> => ({
  version: version.version,
  origin: version.origin,
  ...showWritten(version),
})

export const RuleChangeView = Type.Object(
  {
    action: Type.Enum([...RULE_ACTIONS]),
    version: Type.Integer({ description: 'In force after the change.' }),
    author: Type.String(),
    note: nullable(Type.String()),
    detail: Type.Record(Type.String(), Type.Unknown()),
    changedAt: Instant,
  },
  { $id: 'RuleChange' },
)

export const showChange = (change: RuleChange): Static<typeof RuleChangeView> => ({
  action: change.action,
  version: change.version,
  author: change.author,
  note: change.note,
  detail: change.detail,
  changedAt: formatInstant(change.changedAt),
})

export const RuleCheck = Type.Object(
  {
    right: Type.Boolean(),
    faults: Type.Array(
      Type.Object({
        detail: Type.String({ description: 'Where, and what is wrong there.' }),
        line: Type.Optional(Type.Integer()),
        column: Type.Optional(Type.Integer()),
        code: Type.Optional(
          Type.Enum(Object.keys(RULE_FAULT_TEXTS), {
            description: 'What it is; absent where only `detail` tells.',
          }),
        ),
        params: Type.Optional(
          Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()]), {
            description:
              'What was wrong this time; `at` is the path in the document, `condition` and `position` (from 1) are of a condition.',
          }),
        ),
      }),
    ),
    parsed: nullable(refTo(RuleFactsView)),
  },
  { $id: 'RuleCheck' },
)

export const showCheck = (
  rule: RuleFacts | null,
  faults: Static<typeof RuleCheck>['faults'],
): Static<typeof RuleCheck> => ({
  right: faults.length === 0,
  faults,
  parsed: rule && showFacts(rule),
})

export const OverrideView = Type.Object(
  {
    param: Type.String(),
    scope: Type.Enum([...OVERRIDE_SCOPES]),
    key: Type.String(),
    value: Value,
    author: Type.String(),
    updatedAt: Instant,
    fault: Fault('Why it has no effect under the version in force.'),
  },
  { $id: 'RuleOverride' },
)

export const showOverride = (override: BookedOverride): Static<typeof OverrideView> => ({
  param: override.param,
  scope: override.scope,
  key: override.key,
  value: override.value,
  author: override.author,
  updatedAt: formatInstant(override.updatedAt),
  fault: override.fault,
})

export const EffectiveParamView = Type.Object(
  {
    value: nullable(Value),
    unit: Unit,
    scope: Type.Enum(['default', ...OVERRIDE_SCOPES], { description: 'Where it comes from.' }),
    key: nullable(Type.String({ description: 'Which one of the scope; null for the default.' })),
  },
  { $id: 'EffectiveParam' },
)

export const showEffective = ({
  value,
  unit,
  from,
}: EffectiveParam): Static<typeof EffectiveParamView> =>
  from === 'default'
    ? { value, unit, scope: 'default', key: null }
    : { value, unit, scope: from.scope, key: from.key }
