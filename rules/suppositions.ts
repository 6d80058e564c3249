import { type EpochMs, epochMs, plus } from '#model/time.ts'
import type { BoundRule } from './bind-rule.ts'
import { QUIET, type RuleState, type Sample, step } from './fold.ts'
import type { Memory } from './memory.ts'
import { sameFrom } from './settle.ts'

/** Stands for readings before all that were fed. */
const BEFORE: Sample = { measuredAt: epochMs(Number.MIN_SAFE_INTEGER), seq: 0, values: [] }

/**
 * What a rule may have known before the first reading that is followed, other than nothing: it was
 * active, or on the way to it, or an episode that was over still cooled down. Each is followed until
 * it has come to the same as the state that is supposed to be the true one.
 */
export class Suppositions {
  readonly #bound: BoundRule
  #others: RuleState[]
  /** On the way to being active since before all; null once a reading has interrupted that. */
  #pending: RuleState | null = null
  #begunAt: EpochMs | null = null
  #mayCool: boolean
  #isOver = false

  constructor(bound: BoundRule) {
    this.#bound = bound
    const { severity } = bound.rule
    this.#mayCool = bound.rule.cooldown > 0
    const confirmed = BEFORE
    const active = { phase: 'active', clearing: null, grades: [] } as const
    this.#others = [{ ...active, first: BEFORE, confirmed, severity }]
  }

  /** Whether all have come to the same. */
  get areOne(): boolean {
    return this.#isOver
  }

  /** A reading that the memory has perceived and does not remember yet. */
  step(sample: Sample, memory: Memory): void {
    if (this.#begunAt === null) {
      this.#begunAt = sample.measuredAt
      const run = { since: BEFORE, lastTrueAt: sample.measuredAt }
      this.#pending = this.#bound.rule.hold > 0 ? { phase: 'pending', run } : null
    }
    // Cooling down may have ended just before this reading.
    if (this.#mayCool) this.#others.push(QUIET)
    this.#others = this.#others.map((other) => step(this.#bound, other, sample, memory))
    if (this.#pending) this.#stepPending(this.#pending, sample, memory)
    this.#mayCool &&= sample.measuredAt < plus(this.#begunAt, this.#bound.rule.cooldown)
  }

  /** Lets go of those that say the same as the state after the reading. */
  compare(state: RuleState, sample: Sample): void {
    const kept: RuleState[] = []
    for (const other of this.#others) {
      const isKnown = kept.some((each) => sameFrom(this.#bound, each, other, sample))
      if (!isKnown && !this.#meets(state, other, sample)) kept.push(other)
    }
    this.#others = kept
    this.#isOver = kept.length === 0 && !this.#mayCool && this.#pending === null
  }

  /** It may have held for long enough at any reading up to the first that says otherwise. */
  #stepPending(pending: RuleState, sample: Sample, memory: Memory): void {
    const next = step(this.#bound, pending, sample, memory)
    if (next === pending) return
    this.#pending = null
    if (next.phase !== 'active') return
    this.#others.push(next)
    const isHeld =
      sample.measuredAt >= plus(this.#begunAt ?? sample.measuredAt, this.#bound.rule.hold)
    const run = { since: BEFORE, lastTrueAt: sample.measuredAt }
    if (!isHeld) this.#pending = { phase: 'pending', run }
  }

  /** By the same readings. */
  #meets(own: RuleState, other: RuleState, sample: Sample): boolean {
    if (own.phase === 'active' && other.phase === 'active') {
      if (own.confirmed !== other.confirmed || own.first !== other.first) return false
    }
    return sameFrom(this.#bound, own, other, sample)
  }
}
