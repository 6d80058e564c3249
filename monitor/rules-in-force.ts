import type { RuleBookSnapshot, RuleFacts } from '#model/rule-book.ts'
import type { CompiledRule } from '#rules/compiled-rule.ts'
import { parseRule } from '#rules/parse-rule.ts'

/** Where the rules come from that the monitor folds by, in its own words. */
export interface RulesInForce {
  readonly snapshot: RuleBookSnapshot
  /** Hears of every change; the result stops it. */
  onChange(listener: (snapshot: RuleBookSnapshot) => void): () => void
}

/** The rules that find something: enabled, and without fault. */
export const compileInForce = ({ rules }: RuleBookSnapshot): readonly CompiledRule[] =>
  rules
    .filter(({ enabled, fault }) => enabled && fault === null)
    .map(({ document, ruleId, version }) => parseRule(document, `${ruleId} version ${version}`))

/**
 * What the rule book needs to know of a document.
 *
 * @throws Rejected `invalid-input`
 */
export function readRule(text: string, name: string): { readonly rule: RuleFacts } {
  const { rule } = parseRule(text, name)
  return { rule: { ...rule, kinds: [rule.kind], params: {} } }
}
