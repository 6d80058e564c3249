import { Compile } from 'typebox/compile'
import { parseDocument } from 'yaml'
import { findCondition } from '#model/catalogue.ts'
import { Rejected } from '#model/error.ts'
import type { Outcome, Rule } from '#model/rule.ts'
import { type DurationMs, milliseconds, parseDuration } from '#model/time.ts'
import { type CompiledRule, compileRule } from './compiled-rule.ts'
import { RuleDocument } from './rule-document.ts'

const validator = Compile(RuleDocument)

/**
 * Reads one rule file.
 *
 * @param name what to call the file in a fault
 * @throws Rejected `invalid-input` naming file, place and reason
 */
export function parseRule(text: string, name: string): CompiledRule {
  const document = parseDocument(text)
  const [syntax] = document.errors
  // The first line says what and where; those after it draw the place.
  if (syntax) throw fault(name, syntax.message.split('\n', 1)[0]?.replace(/:$/, '') ?? 'no YAML')
  const value: unknown = document.toJS()
  if (!validator.Check(value)) {
    const faults = validator
      .Errors(value)
      .map(({ instancePath, message }) =>
        `${instancePath === '' ? 'the document' : instancePath} ${message}`.trim(),
      )
    throw fault(name, faults.join('; '))
  }
  const rule = ruleOf(value)
  checkOutcome(rule.outcome, name)
  try {
    return compileRule(rule)
  } catch (error) {
    if (error instanceof Rejected) throw fault(name, error.message, error)
    throw error
  }
}

function ruleOf(document: RuleDocument): Rule {
  return {
    id: document.id,
    kind: document.kind,
    title: document.title,
    source: document.source,
    phenomenon: document.phenomenon ?? document.id,
    when: document.when,
    hold: span(document.hold),
    gap: document.gap === undefined ? null : span(document.gap),
    clear: document.clear ?? `!(${document.when})`,
    clearHold: span(document.clearHold),
    severity: document.severity,
    outcome: document.outcome,
  }
}

const span = (text: string | undefined): DurationMs =>
  (text === undefined ? undefined : parseDuration(text)) ?? milliseconds(0)

function checkOutcome(outcome: Outcome, name: string): void {
  if (outcome.case === 'none') return
  const condition = findCondition(outcome.case, outcome.condition)
  if (!condition) {
    throw fault(name, `/outcome: no ${outcome.case} filing condition ${outcome.condition}`)
  }
  if (!condition.classes.includes(outcome.class)) {
    const classes = condition.classes.join(', ')
    throw fault(name, `/outcome: ${outcome.condition} is for the classes ${classes}`)
  }
}

const fault = (name: string, reason: string, cause?: unknown): Rejected =>
  new Rejected('invalid-input', `${name}: ${reason}`, cause === undefined ? {} : { cause })

/** Every rule of a set of files. @throws Rejected also when two have one id. */
export function parseRules(files: readonly { name: string; text: string }[]): CompiledRule[] {
  const rules = files.map(({ name, text }) => parseRule(text, name))
  const seen = new Set<string>()
  for (const { rule } of rules) {
    if (seen.has(rule.id)) throw new Rejected('invalid-input', `two rules have the id ${rule.id}`)
    seen.add(rule.id)
  }
  return rules
}
