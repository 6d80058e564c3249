import type { RuleBookSnapshot } from '#model/rule-book.ts'
import { type ParsedRule, parseRule } from '#rules/parse-rule.ts'
import type { RuleInForce } from './plans.ts'

/**
 * Answers the rules of a snapshot that find something: enabled, and without fault. A version is
 * never rewritten, so each is read once.
 */
export function rulesReader(): (snapshot: RuleBookSnapshot) => readonly RuleInForce[] {
  const read = new Map<string, ParsedRule>()
  return ({ rules }) =>
    rules
      .filter(({ enabled, fault }) => enabled && fault === null)
      .map(({ document, ruleId, version }) => {
        const name = `${ruleId} version ${version}`
        const parsed = read.get(name) ?? parseRule(document, name)
        read.set(name, parsed)
        return { ...parsed, version }
      })
}
