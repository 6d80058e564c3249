import type { DurationMs, EpochMs } from '#model/time.ts'
import type { BoundRule } from './bind-rule.ts'
import {
  changeOf,
  QUIET,
  type RuleState,
  type Sample,
  type Stretch,
  step,
  transition,
  wait,
} from './fold.ts'
import { blankMemory, lookbackSpan, perceive, reachesBack, remember } from './memory.ts'
import { Refold } from './refold.ts'
import { settlingSpan } from './settle.ts'
import { Suppositions } from './suppositions.ts'

/**
 * Folds one device's readings of a span without being told the state before it.
 *
 * First `prime` it with readings from before the span: it follows all that may have been before them
 * until that has come to the same, see {@link Suppositions}. As long as the state is not certain,
 * `prime` it again with a longer history, `settle` it by what is known from elsewhere, or have it
 * `assumeQuiet`. Then `feed` the readings of the span.
 */
export class SpanFold {
  readonly bound: BoundRule
  readonly #from: EpochMs
  #state: RuleState = QUIET
  #memory = blankMemory()
  #stretches: Stretch[] = []
  #certain = false

  /** Stretches that were over before `from` are left out. */
  constructor(bound: BoundRule, from: EpochMs) {
    this.bound = bound
    this.#from = from
  }

  /**
   * Forgets what it knew and begins with these readings, ascending, all before the span.
   * `whole`: there are none before them. Answers whether the state is now certain.
   */
  prime(history: readonly Sample[], whole: boolean): boolean {
    // A rule of silence knows all it needs from the last reading.
    this.#certain = whole || (this.bound.silence !== null && history.length > 0)
    this.#memory = blankMemory(whole)
    this.#foldBefore(history)
    return this.#certain
  }

  /** Whether the state at the beginning of the span is known. */
  get certain(): boolean {
    return this.#certain
  }

  /** How far before the span a history may have to go back, mostly, to be enough for `settle`. */
  get reach(): DurationMs {
    const { rule, lookback } = this.bound
    const looksBack = Math.max(lookbackSpan(lookback), rule.cooldown)
    return (looksBack + 2 * settlingSpan(this.bound)) as DurationMs
  }

  /**
   * Begins with a history that leaves two possibilities: the rule has been active since before it,
   * or not. `stored`, the stretches that were found live, ascending and none left out that touches
   * the history or still cools down in it, decides. False asks for a longer history, as `prime` does.
   */
  settle(stored: readonly Stretch[], history: readonly Sample[]): boolean {
    const begin = { measuredAt: this.#from, seq: Number.MIN_SAFE_INTEGER }
    const refold = new Refold(this.bound, stored, { first: begin, last: begin })
    if (!refold.begin(history, false)) return false
    this.#state = refold.state
    this.#memory = refold.memory
    this.#stretches = refold.found.filter((stretch) => this.#touches(stretch))
    this.#certain = true
    return true
  }

  /** Begins with a history that leaves two possibilities, and takes it that the rule was quiet. */
  assumeQuiet(history: readonly Sample[]): void {
    this.#certain = false
    this.#memory = blankMemory(false)
    this.#foldBefore(history)
    this.#certain = true
  }

  /** One reading of the span; they ascend. */
  feed(sample: Sample): void {
    perceive(this.#memory, this.bound.lookback, sample)
    this.#advancePerceived(sample)
  }

  /** The span has ended, and nothing more had come at this instant. */
  waitUntil(end: EpochMs): void {
    this.#follow(wait(this.bound, this.#state, end), { measuredAt: end })
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

  #foldBefore(history: readonly Sample[]): void {
    const [first] = history
    const { lookback } = this.bound
    this.#state = QUIET
    this.#stretches = []
    const others = this.#certain ? null : new Suppositions(this.bound)
    for (const sample of history) {
      perceive(this.#memory, lookback, sample)
      const isOpen = others !== null && !this.#certain
      // While a value that the rule looks back at is missing, no supposition says anything.
      if (isOpen && !reachesBack(lookback, this.#memory, first ?? sample, sample)) {
        remember(this.#memory, lookback, sample)
        continue
      }
      if (isOpen) others.step(sample, this.#memory)
      this.#advancePerceived(sample)
      if (isOpen) others.compare(this.#state, sample)
      if (others?.areOne) this.#certain = true
    }
    this.#stretches = this.#stretches.filter((stretch) => this.#touches(stretch))
  }

  #touches({ clearedAt }: Stretch): boolean {
    return clearedAt === null || clearedAt >= this.#from
  }

  #advancePerceived(sample: Sample): void {
    if (this.bound.silence !== null) this.waitUntil(sample.measuredAt)
    this.#follow(step(this.bound, this.#state, sample, this.#memory), sample)
    remember(this.#memory, this.bound.lookback, sample)
  }

  #follow(next: RuleState, sample: Pick<Sample, 'measuredAt'>): void {
    if (next === this.#state) return
    const change = transition(this.#state, next, sample)
    if (change?.type === 'opened') this.#stretches.push(change.stretch)
    else if (change) {
      const open = this.#stretches.pop()
      if (open) this.#stretches.push({ ...open, ...changeOf(change) })
    }
    this.#state = next
  }
}
