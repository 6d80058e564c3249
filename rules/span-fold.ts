import type { DurationMs, EpochMs } from '#model/time.ts'
import { epochMs } from '#model/time.ts'
import type { CompiledRule } from './compiled-rule.ts'
import { QUIET, type RuleState, type Sample, type Stretch, step, transition } from './fold.ts'

import { blankMemory, reachesBack, remember } from './memory.ts'

/** Stands for readings before all that were fed. */
const BEFORE: Sample = { measuredAt: epochMs(Number.MIN_SAFE_INTEGER), seq: 0, values: [] }
const SINCE_EVER: RuleState = { phase: 'active', first: BEFORE, confirmed: BEFORE, clearing: null }

/**
 * Folds one device's readings of a span without being told the state before it.
 *
 * First `prime` it with readings from before the span: it follows two suppositions, that the rule
 * was quiet before them and that it was active, until both have come to the same. If it is not
 * `certain` then, `prime` it again with a longer history. Then `feed` the readings of the span.
 */
export class SpanFold {
  readonly #rule: CompiledRule
  readonly #gap: DurationMs
  readonly #from: EpochMs
  #state: RuleState = QUIET
  #memory = blankMemory()
  #stretches: Stretch[] = []
  #certain = false

  /** Stretches that were over before `from` are left out. */
  constructor(rule: CompiledRule, gap: DurationMs, from: EpochMs) {
    this.#rule = rule
    this.#gap = gap
    this.#from = from
  }

  /**
   * Forgets what it knew and begins with these readings, ascending, all before the span.
   * `whole`: there are none before them. Answers whether the state is now certain.
   */
  prime(history: readonly Sample[], whole: boolean): boolean {
    this.#state = QUIET
    this.#memory = blankMemory()
    this.#stretches = []
    this.#certain = whole
    let other: RuleState | null = whole ? null : SINCE_EVER
    const { lookback } = this.#rule
    for (const sample of history) {
      // While a value that the rule looks back at is missing, neither supposition says anything.
      if (other && !reachesBack(lookback, this.#memory, history[0] as Sample, sample)) {
        remember(this.#memory, lookback, sample)
        continue
      }
      if (other) other = step(this.#rule, other, sample, this.#memory, this.#gap)
      this.#advance(sample)
      if (other && same(this.#state, other)) {
        other = null
        this.#certain = true
      }
    }
    this.#stretches = this.#stretches.filter((stretch) => this.#touches(stretch))
    return this.#certain
  }

  /** One reading of the span; they ascend. */
  feed(sample: Sample): void {
    this.#advance(sample)
  }

  /** Those active at the beginning of the span or later, ascending. */
  get stretches(): readonly Stretch[] {
    return this.#stretches
  }

  /** Hands over the stretches that are over, and forgets them. */
  takeEnded(): readonly Stretch[] {
    if (this.#stretches.length === 0) return this.#stretches
    const ended = this.#stretches.filter(({ clearedAt }) => clearedAt !== null)
    if (ended.length > 0)
      this.#stretches = this.#stretches.filter((each) => each.clearedAt === null)
    return ended
  }

  #touches({ clearedAt }: Stretch): boolean {
    return clearedAt === null || clearedAt >= this.#from
  }

  #advance(sample: Sample): void {
    const next = step(this.#rule, this.#state, sample, this.#memory, this.#gap)
    if (next !== this.#state) {
      const change = transition(this.#state, next, sample)
      if (change?.type === 'opened') this.#stretches.push(change.stretch)
      if (change?.type === 'closed') {
        const open = this.#stretches.pop()
        const { endedAt, clearedAt } = change
        if (open) this.#stretches.push({ ...open, endedAt, clearedAt })
      }
      this.#state = next
    }
    remember(this.#memory, this.#rule.lookback, sample)
  }
}

/** Whether two states came about by the same readings. */
function same(a: RuleState, b: RuleState): boolean {
  if (a.phase === 'quiet' || b.phase === 'quiet') return a.phase === b.phase
  if (a.phase === 'pending' || b.phase === 'pending') {
    return a.phase === 'pending' && b.phase === 'pending' && a.run.since === b.run.since
  }
  return a.confirmed === b.confirmed && a.clearing?.since === b.clearing?.since
}
