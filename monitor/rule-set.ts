import type { CompiledRule } from '#rules/compiled-rule.ts'

/** The rules of one kind of device, and the channels whose last value they need. */
export interface KindRules {
  readonly rules: readonly CompiledRule[]
  readonly previousOf: readonly number[]
}

const NONE: KindRules = { rules: [], previousOf: [] }

/** The rules in force, by kind. */
export class RuleSet {
  readonly #byKind = new Map<string, KindRules>()

  constructor(rules: readonly CompiledRule[]) {
    for (const [kind, own] of Map.groupBy(rules, ({ rule }) => rule.kind)) {
      const previousOf = [...new Set(own.flatMap((rule) => rule.previousOf))]
      this.#byKind.set(kind, { rules: own, previousOf })
    }
  }

  of(kind: string): KindRules {
    return this.#byKind.get(kind) ?? NONE
  }
}
