import { Compile } from 'typebox/compile'
import { parseDocument } from 'yaml'
import { messageOf, Rejected } from '#model/error.ts'
import type { Rule } from '#model/rule.ts'
import { RULE_DOCUMENT_MAX_CHARACTERS } from '#model/rule-book.ts'
import { type CompiledRule, compileRule } from './compiled-rule.ts'
import { deeperThan } from './nesting.ts'
import { RuleDocument } from './rule-document.ts'
import { ruleOfDocument } from './rule-of-document.ts'

const validator = Compile(RuleDocument)

// More than any condition can have, which says itself where it is too deep; without end it would cost.
const DEEPEST_NESTING = 2_500

/** A rule that was read, ready for each of its kinds. */
export interface ParsedRule {
  readonly rule: Rule
  readonly compiled: readonly CompiledRule[]
}

/**
 * Reads one rule document.
 *
 * @param name what to call the document in a fault
 * @throws Rejected `invalid-input` naming document, place and reason
 */
export function parseRule(text: string, name: string): ParsedRule {
  try {
    const rule = ruleOfDocument(validDocument(text))
    return { rule, compiled: compileRule(rule) }
  } catch (error) {
    if (!(error instanceof Rejected)) throw error
    throw new Rejected('invalid-input', `${name}: ${error.message}`, {
      cause: error,
      ...(error.detail === undefined ? {} : { detail: error.detail }),
    })
  }
}

function validDocument(text: string): RuleDocument {
  const value = plainValue(text)
  if (validator.Check(value)) return value
  const faults = validator
    .Errors(value)
    .map(({ instancePath, message }) =>
      `${instancePath === '' ? 'the document' : instancePath} ${message}`.trim(),
    )
  throw new Rejected('invalid-input', faults.join('; '))
}

function plainValue(text: string): unknown {
  if (text.length > RULE_DOCUMENT_MAX_CHARACTERS) {
    throw new Rejected(
      'invalid-input',
      `is longer than ${RULE_DOCUMENT_MAX_CHARACTERS} characters, which no rule needs`,
    )
  }
  if (deeperThan(text, DEEPEST_NESTING) !== undefined) {
    throw new Rejected('invalid-input', 'is nested too deeply')
  }
  try {
    const document = parseDocument(text)
    const [syntax] = document.errors
    // The first line says what and where; those after it draw the place.
    if (syntax) {
      const first = syntax.message.split('\n', 1)[0]?.replace(/:$/, '') ?? 'no YAML'
      throw new Rejected('invalid-input', first)
    }
    return document.toJS()
  } catch (error) {
    if (error instanceof Rejected) throw error
    // Too many aliases, or nested past the stack: what the YAML library gives up on.
    const reason = messageOf(error).split('\n', 1)[0] ?? 'no YAML'
    throw new Rejected('invalid-input', reason, { cause: error })
  }
}

/** Every rule of a set of documents. @throws Rejected also when two have one id. */
export function parseRules(
  documents: readonly { name: string; text: string }[],
): readonly ParsedRule[] {
  const rules = documents.map(({ name, text }) => parseRule(text, name))
  const seen = new Set<string>()
  for (const { rule } of rules) {
    if (seen.has(rule.id)) throw new Rejected('invalid-input', `two rules have the id ${rule.id}`)
    seen.add(rule.id)
  }
  return rules
}
