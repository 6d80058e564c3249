import { Rejected } from '#model/error.ts'
import { valueFault } from '#model/override-fault.ts'
import type { ParamValue, Rule } from '#model/rule.ts'
import { type ParsedRule, parseRule } from '#rules/parse-rule.ts'
import type { TriedRule } from './tried-rule.ts'

/** A rule by its document, or the one in force by its id. */
export type RuleSource = ({ readonly document: string } | { readonly ruleId: string }) & {
  /** Values of its parameters to try, for every device, in place of those in force. */
  readonly params?: Readonly<Record<string, ParamValue>>
}

/**
 * The rule that is meant.
 *
 * @throws Rejected `invalid-input` when the document or a value is not right, `not-found` for an id
 *   no rule in force has
 */
export function triedRule(source: RuleSource, inForce: readonly ParsedRule[]): TriedRule {
  const { params = {} } = source
  const parsed = parsedRule(source, inForce)
  refuseUnfit(parsed.rule, params)
  const isInForce = 'ruleId' in source && Object.keys(params).length === 0
  return { ...parsed, params, isInForce }
}

function parsedRule(source: RuleSource, inForce: readonly ParsedRule[]): ParsedRule {
  if ('document' in source) return parseRule(source.document, 'rule')
  const found = inForce.find(({ rule }) => rule.id === source.ruleId)
  if (!found) throw new Rejected('not-found', `no rule ${source.ruleId} is in force`)
  return found
}

function refuseUnfit(rule: Rule, params: Readonly<Record<string, ParamValue>>): void {
  for (const [name, value] of Object.entries(params)) {
    const declared = Object.hasOwn(rule.params, name) ? rule.params[name] : undefined
    if (!declared) {
      const names = Object.keys(rule.params)
      const known = names.length === 0 ? 'it has none' : `it has ${names.join(', ')}`
      throw new Rejected(
        'invalid-input',
        `rule ${rule.id} has no parameter ${name} to try: ${known}`,
      )
    }
    const fault = valueFault(declared, value)
    if (fault) throw new Rejected('invalid-input', `${name} to try ${fault}`)
  }
}
