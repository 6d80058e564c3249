import { compareReadings } from '#model/reading.ts'
import type { DurationMs, EpochMs } from '#model/time.ts'
import type { CompiledRule } from './compiled-rule.ts'
import {
  covers,
  QUIET,
  type RuleState,
  type Sample,
  type Stretch,
  settle,
  step,
  transition,
} from './fold.ts'
import { blankMemory, copyMemory, type Memory, reachesBack, remember } from './memory.ts'

/** The readings that came late are at or after `first` and at or before `last`. */
export interface LateSpan {
  readonly first: Pick<Sample, 'measuredAt' | 'seq'>
  readonly last: Pick<Sample, 'measuredAt' | 'seq'>
}

/**
 * Folds a stretch of one device's past again because readings arrived late. It starts at a reading
 * before them that settles the state by itself, and ends at one after them from which on the past
 * as it was and the past as it is now run together; mostly both are a reading or two away.
 *
 * Call `begin` with history until it answers true, then `feed` every reading from the first late
 * one on, late ones in their places, until `done` or the history ends.
 */
export class Refold {
  readonly #rule: CompiledRule
  readonly #gap: DurationMs
  readonly #stored: readonly Stretch[]
  readonly #late: LateSpan
  /** What is remembered with and without the late readings. */
  #memory = blankMemory()
  #memoryBefore = blankMemory()
  readonly #found: Stretch[] = []
  #state: RuleState = QUIET
  #from: EpochMs | null = null
  #until: Sample | null = null

  /** `stored`: the rule's stretches so far, ascending, none left out that touches the history. */
  constructor(rule: CompiledRule, gap: DurationMs, stored: readonly Stretch[], late: LateSpan) {
    this.#rule = rule
    this.#gap = gap
    this.#stored = stored
    this.#late = late
  }

  /**
   * Finds where to start. `history`: the readings just before the first late one, ascending.
   * `whole`: there are none before these. False asks for a longer history.
   */
  begin(history: readonly Sample[], whole: boolean): boolean {
    let rest = 0
    if (whole) this.#startAtBeginning(history[0] ?? this.#late.first)
    else rest = this.#startAtSettled(history)
    if (rest < 0) return false
    for (const sample of history.slice(rest)) this.#advance(sample)
    this.#memoryBefore = copyMemory(this.#memory)
    return true
  }

  /** `late`: this reading was not in the past as it was. */
  feed(sample: Sample, late: boolean): void {
    if (this.done) return
    this.#advance(sample)
    if (late) return
    const past = this.#pastAfter(sample)
    remember(this.#memoryBefore, this.#rule.lookback, sample)
    if (past && compareReadings(sample, this.#late.last) > 0) this.#tryToJoin(past, sample)
  }

  get done(): boolean {
    return this.#until !== null
  }

  /** After the last reading fed; only of use when not `done`. */
  get state(): RuleState {
    return this.#state
  }

  /** What is remembered after the last reading fed; only of use when not `done`. */
  get memory(): Memory {
    return this.#memory
  }

  /** The stored stretches that the refold speaks about. */
  get scope(): readonly Stretch[] {
    return this.#stored.filter(
      (stretch) =>
        (this.#from === null || stretch.clearedAt === null || stretch.clearedAt > this.#from) &&
        (this.#until === null || compareReadings(stretch.confirmed, this.#until) <= 0),
    )
  }

  /** What they should be. */
  get found(): readonly Stretch[] {
    return this.#found
  }

  // Retention may have dropped the readings that opened a stretch; it is taken as it stands then.
  #startAtBeginning(first: Pick<Sample, 'measuredAt' | 'seq'>): void {
    const open = this.#stored.find(
      (stretch) =>
        compareReadings(stretch.confirmed, first) < 0 &&
        (stretch.clearedAt === null || stretch.clearedAt >= first.measuredAt),
    )
    if (open) this.#enter(open)
  }

  /** The index after the reading that settles the state, -1 when none does. */
  #startAtSettled(history: readonly Sample[]): number {
    this.#memory = blankMemory()
    for (const [index, sample] of history.entries()) {
      const covering = this.#covering(sample)
      const state =
        covering === 'edge' ? undefined : settle(this.#rule, sample, this.#memory, covering)
      remember(this.#memory, this.#rule.lookback, sample)
      const first = history[0] as Sample
      const remembers = reachesBack(this.#rule.lookback, this.#memory, first, sample)
      if (!state || !remembers) continue
      this.#from = sample.measuredAt
      if (covering && covering !== 'edge') this.#enter(covering)
      return index + 1
    }
    return -1
  }

  #enter({ first, confirmed }: Stretch): void {
    this.#state = { phase: 'active', first, confirmed, clearing: null }
    this.#found.push({ first, confirmed, endedAt: null, clearedAt: null })
  }

  #advance(sample: Sample): void {
    const next = step(this.#rule, this.#state, sample, this.#memory, this.#gap)
    const change = transition(this.#state, next, sample)
    if (change?.type === 'opened') this.#found.push(change.stretch)
    if (change?.type === 'closed') this.#amendLast(change)
    this.#state = next
    remember(this.#memory, this.#rule.lookback, sample)
  }

  #amendLast(end: Pick<Stretch, 'endedAt' | 'clearedAt'>): void {
    const open = this.#found.pop()
    if (open) this.#found.push({ ...open, endedAt: end.endedAt, clearedAt: end.clearedAt })
  }

  /** The state that the past as it was had after a reading that was in it. */
  #pastAfter(sample: Sample): RuleState | undefined {
    const covering = this.#covering(sample)
    if (covering === 'edge') return undefined
    return settle(this.#rule, sample, this.#memoryBefore, covering)
  }

  #tryToJoin(past: RuleState, sample: Sample): void {
    const now = this.#state
    if (now.phase !== past.phase || (now.phase === 'active' && now.clearing !== null)) return
    if (!this.#remembersTheSame(sample)) return
    const covering = this.#covering(sample)
    if (covering && covering !== 'edge') this.#amendLast(covering)
    this.#until = sample
  }

  #remembersTheSame(sample: Sample): boolean {
    const { previousOf, window } = this.#rule.lookback
    const [now, before] = [this.#memory.known, this.#memoryBefore.known]
    return (
      previousOf.every((channel) => now[channel] === before[channel]) &&
      (window === 0 || this.#late.last.measuredAt <= sample.measuredAt - window)
    )
  }

  // At the very millisecond of a clearing the sequence numbers would have to tell; nothing starts
  // or ends there.
  #covering(sample: Sample): Stretch | 'edge' | undefined {
    if (this.#stored.some((stretch) => stretch.clearedAt === sample.measuredAt)) return 'edge'
    return this.#stored.find((stretch) => covers(stretch, sample))
  }
}
