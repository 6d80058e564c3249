import { Rejected } from '#model/error.ts'
import { findKind } from '#model/kinds.ts'
import type { Rule } from '#model/rule.ts'
import { type DurationMs, milliseconds } from '#model/time.ts'
import { type Condition, compileCondition } from './condition.ts'
import { jointLookback, type Lookback } from './memory.ts'

/** A rule ready to be folded. */
export interface CompiledRule {
  readonly rule: Rule
  readonly when: Condition
  readonly clear: Condition
  /** Indexes of the channels that either condition looks at. */
  readonly channels: readonly number[]
  /** How far either condition looks back. */
  readonly lookback: Lookback
}

/** @throws Rejected `invalid-input` when the kind is unknown or a condition does not check. */
export function compileRule(rule: Rule): CompiledRule {
  const kind = findKind(rule.kind)
  if (!kind) throw new Rejected('invalid-input', `rule ${rule.id}: no kind ${rule.kind}`)
  const when = compileCondition(rule.when, kind)
  const clear = compileCondition(rule.clear, kind)
  return {
    rule,
    when,
    clear,
    channels: [...new Set([...when.channels, ...clear.channels])],
    lookback: jointLookback([when.lookback, clear.lookback]),
  }
}

/** A silence of up to three reporting intervals does not interrupt what was true. */
const GAP_INTERVALS = 3

export const gapOf = (rule: Rule, reportingInterval: DurationMs): DurationMs =>
  rule.gap ?? milliseconds(reportingInterval * GAP_INTERVALS)
