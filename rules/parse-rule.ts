import { Compile } from 'typebox/compile'
import { messageOf, Rejected } from '#model/error.ts'
import type { Rule } from '#model/rule.ts'
import { RULE_DOCUMENT_MAX_CHARACTERS } from '#model/rule-book.ts'
import type { RuleFault } from '#model/rule-fault.ts'
import { type CompiledRule, compileRule } from './compiled-rule.ts'
import { PlacedDocument, type PlacedFault } from './fault-places.ts'
import { formFault } from './form-fault.ts'
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
 * @throws Rejected `invalid-input` naming document, place and reason; `errors` of its detail has each
 *   fault with its line and column
 */
export function parseRule(
  text: string,
  name: string,
  /** Looks at what the form does not say. @throws Rejected */
  look: (rule: Rule) => void = () => {},
): ParsedRule {
  let source: PlacedDocument | undefined
  try {
    source = readYaml(text)
    const rule = ruleOfDocument(validDocument(source))
    look(rule)
    return { rule, compiled: compileRule(rule) }
  } catch (error) {
    if (!(error instanceof Rejected)) throw error
    const { errors = source && [placed(source, error)] } = error.detail
    throw new Rejected('invalid-input', `${name}: ${error.message}`, {
      cause: error,
      detail: { ...error.detail, ...(errors === undefined ? {} : { errors }) },
    })
  }
}

/** Where the path of what is wrong stands at the beginning of its sentence. */
const PATH = /^(\/[^\s:]+)/

function placed(source: PlacedDocument, { message, detail }: Rejected): PlacedFault {
  const path = typeof detail['path'] === 'string' ? detail['path'] : PATH.exec(message)?.[1]
  const position = typeof detail['position'] === 'number' ? detail['position'] : undefined
  const fault = detail['fault'] as RuleFault | undefined
  return { ...source.fault(message, path, position), ...(fault && { fault }) }
}

function validDocument(source: PlacedDocument): RuleDocument {
  const value = valueOf(source)
  if (validator.Check(value)) return value
  const faults = validator
    .Errors(value)
    // What is one word too many is told at that word.
    .filter(({ keyword }) => keyword !== 'additionalProperties')
    .map((error) => {
      const { keyword, instancePath, message } = error
      const where = instancePath === '' ? 'the document' : instancePath
      const reason = keyword === 'boolean' ? 'is no part of a rule' : message
      const fault = formFault(error)
      const told = source.fault(`${where} ${reason}`.trim(), instancePath || undefined)
      return { ...told, ...(fault && { fault }) }
    })
  throw new Rejected('invalid-input', faults.map(({ detail }) => detail).join('; '), {
    detail: { errors: faults },
  })
}

function readYaml(text: string): PlacedDocument {
  if (text.length > RULE_DOCUMENT_MAX_CHARACTERS) {
    throw new Rejected(
      'invalid-input',
      `is longer than ${RULE_DOCUMENT_MAX_CHARACTERS} characters, which no rule needs`,
    )
  }
  if (deeperThan(text, DEEPEST_NESTING) !== undefined) {
    throw new Rejected('invalid-input', 'is nested too deeply')
  }
  return beyondYaml(() => new PlacedDocument(text))
}

function valueOf({ document }: PlacedDocument): unknown {
  const [syntax] = document.errors
  // The first line says what and where; those after it draw the place.
  if (syntax) {
    const first = syntax.message.split('\n', 1)[0]?.replace(/:$/, '') ?? 'no YAML'
    const [begin] = syntax.linePos ?? []
    const place = begin && { line: begin.line, column: begin.col }
    throw new Rejected('invalid-input', first, {
      detail: { errors: [{ detail: first, ...place }] },
    })
  }
  return beyondYaml(() => document.toJS() as unknown)
}

/** Too many aliases, or nested past the stack: what the YAML library gives up on. */
function beyondYaml<Value>(read: () => Value): Value {
  try {
    return read()
  } catch (error) {
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
