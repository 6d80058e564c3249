import { findCondition } from '#model/catalogue.ts'
import { Rejected } from '#model/error.ts'
import { KIND_NAMES } from '#model/kinds.ts'
import type { MassSilence, Neighbours, Outcome, Rule, RuleParam, Silence } from '#model/rule.ts'
import { type RuleFault, ruleFault, sayRuleFault } from '#model/rule-fault.ts'
import { type DurationMs, milliseconds, parseDuration } from '#model/time.ts'
import type { RuleDocument } from './rule-document.ts'
import { parseRuleSchedule } from './schedule/parse-schedule.ts'

/**
 * The rule that a document states, once its form is right.
 *
 * @throws Rejected `invalid-input` with the place and the reason
 */
export function ruleOfDocument(document: RuleDocument): Rule {
  const silent = document.silent === undefined ? null : silenceOf(document.silent)
  const { when = null } = document
  if ((when === null) === (silent === null)) {
    throw refused('', ruleFault('when-or-silent'))
  }
  if (silent !== null) refuseBeside(document, CONDITION_PARTS, 'silent')
  else refuseBeside(document, ['mass'], 'when')
  checkOutcome(document.outcome, '/outcome')
  if (document.mass) checkOutcome(document.mass.outcome, '/mass/outcome')
  return {
    id: document.id,
    kinds: kindsOf(document.kind),
    title: document.title,
    source: document.source,
    phenomenon: document.phenomenon ?? document.id,
    where: document.where ?? {},
    params: paramsOf(document.params ?? {}),
    schedule: document.schedule === undefined ? null : parseRuleSchedule(document.schedule),
    when,
    silent,
    hold: span(document.hold),
    gap: document.gap === undefined ? null : span(document.gap),
    clear: when === null ? null : (document.clear ?? `!(${when})`),
    clearHold: span(document.clearHold),
    cooldown: span(document.cooldown),
    verify: document.verify === undefined ? null : span(document.verify),
    severity: document.severity,
    levels: document.levels ?? [],
    outcome: document.outcome,
    neighbours: document.neighbours === undefined ? null : neighboursOf(document.neighbours),
    mass: document.mass === undefined ? null : massOf(document.mass),
  }
}

/** What means nothing where there is no condition. */
const CONDITION_PARTS = [
  'hold',
  'gap',
  'clear',
  'clearHold',
  'cooldown',
  'levels',
  'neighbours',
] as const

function refuseBeside(
  document: RuleDocument,
  parts: readonly (keyof RuleDocument)[],
  beside: string,
): void {
  const odd = parts.find((part) => document[part] !== undefined)
  if (odd) throw refused(`/${odd}`, ruleFault('nothing-beside', { beside }))
}

const span = (text: string | undefined): DurationMs =>
  (text === undefined ? undefined : parseDuration(text)) ?? milliseconds(0)

function kindsOf(kind: RuleDocument['kind']): readonly string[] {
  if (kind === 'any') return KIND_NAMES
  return typeof kind === 'string' ? [kind] : kind
}

function silenceOf(text: string): Silence {
  const silence: Silence = text.includes('interval')
    ? { intervals: Number.parseFloat(text) }
    : { span: span(text) }
  const amount = 'span' in silence ? silence.span : silence.intervals
  if (amount <= 0) throw refused('/silent', ruleFault('silence-of-nothing'))
  return silence
}

const paramsOf = (
  params: NonNullable<RuleDocument['params']>,
): Readonly<Record<string, RuleParam>> =>
  Object.fromEntries(
    Object.entries(params).map(([name, param]) => [name, paramOf(param, `/params/${name}`)]),
  )

function paramOf(param: NonNullable<RuleDocument['params']>[string], path: string): RuleParam {
  const title = param.title ?? null
  if (param.type === 'text') {
    return { type: 'text', unit: null, default: param.default, title, min: null, max: null }
  }
  const { unit = null, min = null, max = null } = param
  const { default: given } = param
  if (min !== null && max !== null && min > max) throw refused(path, ruleFault('min-above-max'))
  if (given !== null && ((min !== null && given < min) || (max !== null && given > max))) {
    throw refused(`${path}/default`, ruleFault('out-of-bounds'))
  }
  return { type: 'number', unit, default: given, title, min, max }
}

function neighboursOf(given: NonNullable<RuleDocument['neighbours']>): Neighbours {
  const { atLeast, within_m, sameGrid, during } = given
  if ((within_m === undefined) === (sameGrid === undefined)) {
    throw refused('/neighbours', ruleFault('near-by-either'))
  }
  return { atLeast, within_m: within_m ?? null, during: span(during) }
}

const massOf = ({ during, ...rest }: NonNullable<RuleDocument['mass']>): MassSilence => ({
  ...rest,
  during: span(during),
})

function checkOutcome(outcome: Outcome, path: string): void {
  if (outcome.case === 'none') return
  const condition = findCondition(outcome.case, outcome.condition)
  if (!condition) {
    const params = { type: outcome.case, condition: outcome.condition }
    throw refused(path, ruleFault('unknown-condition', params))
  }
  if (!condition.classes.includes(outcome.class)) {
    const classes = condition.classes.join(', ')
    const params = { condition: outcome.condition, classes }
    throw refused(path, ruleFault('condition-of-others', params))
  }
}

const refused = (path: string, fault: RuleFault): Rejected =>
  new Rejected(
    'invalid-input',
    `${path === '' ? 'the document' : path}: ${sayRuleFault(fault, 'en')}`,
    { detail: { fault: { ...fault, params: { ...fault.params, at: path } } } },
  )
