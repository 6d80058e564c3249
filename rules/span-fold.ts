import type { EpochMs } from '#model/time.ts'
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
import { blankMemory, perceive, reachesBack, remember } from './memory.ts'
import { Suppositions } from './suppositions.ts'

/**
 * Folds one device's readings of a span without being told the state before it.
 *
 * First `prime` it with readings from before the span: it supposes that the rule was quiet before
 * them, and whatever else it may have been, until all have come to the same. If it is not certain
 * then, `prime` it again with a longer history. Then `feed` the readings of the span.
 */
export class SpanFold {
  readonly #bound: BoundRule
  readonly #from: EpochMs
  #state: RuleState = QUIET
  #memory = blankMemory()
  #stretches: Stretch[] = []
  #certain = false

  /** Stretches that were over before `from` are left out. */
  constructor(bound: BoundRule, from: EpochMs) {
    this.#bound = bound
    this.#from = from
  }

  /**
   * Forgets what it knew and begins with these readings, ascending, all before the span.
   * `whole`: there are none before them. Answers whether the state is now certain.
   */
  prime(history: readonly Sample[], whole: boolean): boolean {
    const [first] = history
    this.#state = QUIET
    this.#memory = blankMemory(whole)
    this.#stretches = []
    // A rule of silence knows all it needs from the last reading.
    this.#certain = whole || (this.#bound.silence !== null && history.length > 0)
    const others = this.#certain ? null : new Suppositions(this.#bound)
    const { lookback } = this.#bound
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
    return this.#certain
  }

  /** One reading of the span; they ascend. */
  feed(sample: Sample): void {
    perceive(this.#memory, this.#bound.lookback, sample)
    this.#advancePerceived(sample)
  }

  /** The span has ended, and nothing more had come at this instant. */
  waitUntil(end: EpochMs): void {
    this.#follow(wait(this.#bound, this.#state, end), { measuredAt: end })
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

  #advancePerceived(sample: Sample): void {
    if (this.#bound.silence !== null) this.waitUntil(sample.measuredAt)
    this.#follow(step(this.#bound, this.#state, sample, this.#memory), sample)
    remember(this.#memory, this.#bound.lookback, sample)
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
