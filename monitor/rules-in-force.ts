import type { RuleBookSnapshot } from '#model/rule-book.ts'
import { parseRule } from '#rules/parse-rule.ts'
import type { RuleInForce } from './plans.ts'

/** The rules that find something: enabled, and without fault. */
export const rulesInForce = ({ rules }: RuleBookSnapshot): readonly RuleInForce[] =>
  rules
    .filter(({ enabled, fault }) => enabled && fault === null)
    .map(({ document, ruleId, version }) => ({
      ...parseRule(document, `${ruleId} version ${version}`),
      version,
    }))
