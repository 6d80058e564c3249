import { epochMs, plus } from '#model/time.ts'
import type { BoundRule } from './bind-rule.ts'
import { QUIET, quietAfter, type RuleState, type Sample, sameFrom, step } from './fold.ts'
import type { Memory } from './memory.ts'

/** Stands for readings before all that were fed. */
const BEFORE: Sample = { measuredAt: epochMs(Number.MIN_SAFE_INTEGER), seq: 0, values: [] }
const sinceEver = ({ rule }: BoundRule): RuleState => ({
  phase: 'active',
  first: BEFORE,
  confirmed: BEFORE,
  clearing: null,
  severity: rule.severity,
  grades: [],
})

/**
 * The states that one rule may be in besides the quiet one, when nothing is known of what was before
 * some reading: it was active, or still cooled down after an episode. A hold or a clearing that was
 * under way leads to one of these or comes to nothing.
 */
export class Suppositions {
  readonly #bound: BoundRule
  readonly #cooledAt: number
  #states: readonly RuleState[]

  /** `first`: the earliest reading that is known. */
  constructor(bound: BoundRule, first: Sample) {
    this.#bound = bound
    const { cooldown } = bound.rule
    this.#cooledAt = plus(first.measuredAt, cooldown)
    // The longest that it can cool down after an episode that was cleared before.
    const cooling = cooldown === 0 ? [] : [quietAfter(bound, first.measuredAt)]
    this.#states = [sinceEver(bound), ...cooling]
  }

  /** One reading, perceived and not remembered yet. */
  advance(sample: Sample, memory: Memory): void {
    // That it has cooled down just now is to be reckoned with at each reading until then.
    const isCooling = sample.measuredAt < this.#cooledAt
    const states = isCooling ? [...this.#states, QUIET] : this.#states
    const stepped = states.map((state) => step(this.#bound, state, sample, memory))
    this.#states = stepped.filter(
      (state, index) => !stepped.slice(0, index).some((other) => this.#same(state, other, sample)),
    )
  }

  /** Whether all have come to one state, by the same readings. */
  allMeet(state: RuleState, sample: Sample): boolean {
    return this.#states.every((other) => this.#same(state, other, sample))
  }

  #same(a: RuleState, b: RuleState, sample: Sample): boolean {
    if (a === b) return true
    if (a.phase === 'active' && b.phase === 'active' && a.confirmed !== b.confirmed) return false
    return sameFrom(this.#bound, a, b, sample)
  }
}
