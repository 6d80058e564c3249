import type { CompiledRule } from '#rules/compiled-rule.ts'
import { jointLookback, type Lookback } from '#rules/memory.ts'

/** The rules of one kind of device, and what they look back at. */
export interface KindRules {
  readonly rules: readonly CompiledRule[]
  readonly lookback: Lookback
}

const NONE: KindRules = { rules: [], lookback: jointLookback([]) }

/** The rules in force, by kind. */
export class RuleSet {
  readonly #byKind = new Map<string, KindRules>()

  constructor(rules: readonly CompiledRule[]) {
    for (const [kind, own] of Map.groupBy(rules, ({ rule }) => rule.kind)) {
      const lookback = jointLookback(own.map((rule) => rule.lookback))
      this.#byKind.set(kind, { rules: own, lookback })
    }
  }

  of(kind: string): KindRules {
    return this.#byKind.get(kind) ?? NONE
  }
}
