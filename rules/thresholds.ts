import { type ASTNode, parse } from '@marcbachmann/cel-js'
import { channelIndex } from '#model/kind.ts'
import type { ParamValue } from '#model/rule.ts'
import {
  COMPARISONS,
  type Comparison,
  THRESHOLD_MEASURES,
  type Threshold,
  type ThresholdMeasure,
} from '#model/threshold.ts'
import { parseDuration } from '#model/time.ts'
import type { BoundRule } from './bind-rule.ts'

type Found = Pick<
  Threshold,
  'channel' | 'measure' | 'window_ms' | 'comparison' | 'value' | 'unit' | 'isPartly'
>
type Values = Readonly<Record<string, ParamValue | undefined>>

/**
 * The numbers that a rule compares channels with, as they are for the device it is bound to. What is no
 * plain comparison of a channel with a number is left out: a line of it would say what is not so.
 */
export function thresholdsOf(bound: BoundRule, version: number | null): readonly Threshold[] {
  const { rule } = bound
  const common = {
    ruleId: rule.id,
    version,
    title: rule.title,
    isScheduled: rule.schedule !== null,
  }
  const of = (text: string | null) => (text === null ? [] : comparisonsOf(text, bound))
  return [
    ...of(rule.when).map((found) => ({
      ...common,
      ...found,
      part: 'when' as const,
      severity: rule.severity,
      hold_ms: rule.hold,
    })),
    ...rule.levels.flatMap(({ when, severity }) =>
      of(when).map((found) => ({
        ...common,
        ...found,
        part: 'level' as const,
        severity,
        hold_ms: rule.hold,
      })),
    ),
    ...of(rule.clear).map((found) => ({
      ...common,
      ...found,
      part: 'clear' as const,
      severity: null,
      hold_ms: rule.clearHold,
    })),
  ]
}

function comparisonsOf(text: string, bound: BoundRule): readonly Found[] {
  const values = Object.fromEntries(
    Object.entries(bound.effective).map(([name, { value }]) => [name, value ?? undefined]),
  )
  const { ast } = parse(text)
  const seen = new Map<string, Found>()
  for (const { node, isPartly } of comparisons(ast, false)) {
    const found = comparisonOf(node, bound, values)
    if (found) seen.set(JSON.stringify(found), { ...found, isPartly })
  }
  return [...seen.values()]
}

/** What `&&` and `||` join, down to where they end. */
function* comparisons(
  node: ASTNode,
  isPartly: boolean,
): Generator<{ readonly node: ASTNode; readonly isPartly: boolean }> {
  if (node.op === '&&' || node.op === '||') {
    for (const part of node.args) yield* comparisons(part, isPartly || node.op === '&&')
  } else yield { node, isPartly }
}

const TURNED: Readonly<Record<Comparison, Comparison>> = {
  '>': '<',
  '>=': '<=',
  '<': '>',
  '<=': '>=',
}

function comparisonOf(
  node: ASTNode,
  bound: BoundRule,
  values: Values,
): Omit<Found, 'isPartly'> | undefined {
  const comparison = COMPARISONS.find((each) => each === node.op)
  if (!comparison) return undefined
  const [left, right] = node.args as readonly [ASTNode, ASTNode]
  const measured = measureOf(left, bound)
  const other = measured ?? measureOf(right, bound)
  const value = numberOf(measured ? right : left, values)
  if (!other || value === undefined) return undefined
  return { ...other, comparison: measured ? comparison : TURNED[comparison], value }
}

type Measured = Pick<Found, 'channel' | 'measure' | 'window_ms' | 'unit'>

function measureOf(node: ASTNode, bound: BoundRule): Measured | undefined {
  if (node.op === 'id') return channelOf(node.args, bound, 'value', null)
  if (node.op !== 'call') return undefined
  const [name, [channel, span]] = node.args
  const measure = THRESHOLD_MEASURES.find((each) => each === name)
  const window = span?.op === 'value' ? parseDuration(String(span.args)) : undefined
  if (!measure || channel?.op !== 'id' || window === undefined) return undefined
  return channelOf(channel.args, bound, measure, window)
}

function channelOf(
  name: string,
  { kind }: BoundRule,
  measure: ThresholdMeasure,
  window_ms: Measured['window_ms'],
): Measured | undefined {
  const channel = kind.channels[channelIndex(kind, name)]
  if (!channel || channel.type === 'boolean') return undefined
  return { channel: name, measure, window_ms, unit: channel.unit }
}

const OPERATORS: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
}

/** What a part that looks at no reading comes to; undefined where it does, or has no value here. */
function numberOf(node: ASTNode, values: Values): number | undefined {
  if (node.op === 'value') {
    const literal: unknown = node.args
    const number = typeof literal === 'bigint' ? Number(literal) : literal
    return typeof number === 'number' ? number : undefined
  }
  if (node.op === '.') {
    const value = values[node.args[1]]
    return typeof value === 'number' ? value : undefined
  }
  if (node.op === '-_') {
    const value = numberOf(node.args, values)
    return value === undefined ? undefined : -value
  }
  const operate = OPERATORS[node.op]
  if (!operate) return undefined
  const [left, right] = (node.args as readonly ASTNode[]).map((part) => numberOf(part, values))
  if (left === undefined || right === undefined) return undefined
  const result = operate(left, right)
  return Number.isFinite(result) ? result : undefined
}
