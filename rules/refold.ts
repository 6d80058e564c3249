import { compareReadings } from '#model/reading.ts'
import { between, type EpochMs } from '#model/time.ts'
import type { BoundRule } from './bind-rule.ts'
import {
  changeOf,
  GRADES_MAX,
  openStretch,
  QUIET,
  type RuleState,
  type Sample,
  type Stretch,
  step,
  transition,
  wait,
} from './fold.ts'
import {
  blankMemory,
  copyMemory,
  type Memory,
  perceive,
  reachesBack,
  remember,
  remembersTheSame,
} from './memory.ts'
import {
  type Around,
  covers,
  enter,
  quietAfter,
  sameFrom,
  settle,
  settlingSpan,
  within,
} from './settle.ts'

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
  readonly #bound: BoundRule
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
  constructor(bound: BoundRule, stored: readonly Stretch[], late: LateSpan) {
    this.#bound = bound
    this.#stored = stored
    this.#late = late
  }

  /**
   * Finds where to start. `history`: the readings just before the first late one, ascending.
   * `whole`: there are none before these. False asks for a longer history.
   */
  begin(history: readonly Sample[], whole: boolean): boolean {
    let rest = 0
    this.#memory = blankMemory(whole)
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
    const { lookback } = this.#bound
    perceive(this.#memoryBefore, lookback, sample)
    const past = this.#pastAfter(sample)
    remember(this.#memoryBefore, lookback, sample)
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
    if (open) {
      const state = enter(open, first.measuredAt)
      this.#found.push(openStretch(state))
      this.#state = state
      return
    }
    const cleared = this.#stored.flatMap(({ clearedAt }) =>
      clearedAt !== null && clearedAt < first.measuredAt ? [clearedAt] : [],
    )
    this.#state = quietAfter(this.#bound, cleared.at(-1) ?? null)
  }

  /** The index after the reading that settles the state, -1 when none does. */
  #startAtSettled(history: readonly Sample[]): number {
    const { lookback } = this.#bound
    const [first] = history
    for (const [index, sample] of history.entries()) {
      perceive(this.#memory, lookback, sample)
      const around = this.#around(sample)
      const state = around && this.#settledAt(sample, around)
      remember(this.#memory, lookback, sample)
      if (!state || !first || !reachesBack(lookback, this.#memory, first, sample)) continue
      this.#from = sample.measuredAt
      if (state.phase === 'active') this.#found.push(openStretch(state))
      this.#state = state
      return index + 1
    }
    return -1
  }

  /** By the reading itself, or because it is so long before what is late that it does not matter. */
  #settledAt(sample: Sample, around: Around): RuleState | undefined {
    const settled = settle(this.#bound, sample, this.#memory, around)
    if (settled) return settled
    const { measuredAt } = this.#late.first
    if (between(sample.measuredAt, measuredAt) < settlingSpan(this.#bound)) return undefined
    if (this.#changesBetween(sample.measuredAt, measuredAt, around)) return undefined
    return around.covering
      ? within(this.#bound, around.covering, sample, this.#memory)
      : quietAfter(this.#bound, around.clearedAt)
  }

  // What was under way would have come about by now, unless it has and is among the stretches.
  #changesBetween(from: EpochMs, to: EpochMs, { covering }: Around): boolean {
    return this.#stored.some((stretch) =>
      stretch === covering
        ? stretch.clearedAt !== null && stretch.clearedAt <= to
        : stretch.confirmed.measuredAt <= to &&
          (stretch.clearedAt === null || stretch.clearedAt >= from),
    )
  }

  #advance(sample: Sample): void {
    const { lookback } = this.#bound
    this.#follow(wait(this.#bound, this.#state, sample.measuredAt), sample)
    perceive(this.#memory, lookback, sample)
    this.#follow(step(this.#bound, this.#state, sample, this.#memory), sample)
    remember(this.#memory, lookback, sample)
  }

  #follow(next: RuleState, sample: Pick<Sample, 'measuredAt'>): void {
    const change = transition(this.#state, next, sample)
    if (change?.type === 'opened') this.#found.push(change.stretch)
    else if (change) this.#amendLast(changeOf(change))
    this.#state = next
  }

  #amendLast(change: Partial<Stretch>): void {
    const open = this.#found.pop()
    if (open) this.#found.push({ ...open, ...change })
  }

  /** The state that the past as it was had after a reading that was in it. */
  #pastAfter(sample: Sample): RuleState | undefined {
    const around = this.#around(sample)
    return around && settle(this.#bound, sample, this.#memoryBefore, around)
  }

  #tryToJoin(past: RuleState, sample: Sample): void {
    if (!sameFrom(this.#bound, this.#state, past, sample)) return
    const { lookback } = this.#bound
    if (!remembersTheSame(lookback, this.#memory, this.#memoryBefore, sample)) return
    const { window } = lookback
    if (window > 0 && this.#late.last.measuredAt > sample.measuredAt - window) return
    const covering = this.#around(sample)?.covering
    if (covering) {
      // Beyond a full list of grades one more or less would move the others.
      if (covering.grades.length >= GRADES_MAX) return
      const { endedAt, clearedAt, severity } = covering
      const later = covering.grades.filter(({ at }) => at > sample.measuredAt)
      const grades = [...(this.#found.at(-1)?.grades ?? []), ...later].slice(0, GRADES_MAX)
      this.#amendLast({ endedAt, clearedAt, severity, grades })
    }
    this.#until = sample
  }

  // At the very millisecond of a clearing the sequence numbers would have to tell; nothing starts
  // or ends there, unless the rule is one of silence, which every reading settles.
  #around(sample: Sample): Around | undefined {
    if (this.#bound.silence !== null) return { covering: undefined, clearedAt: null }
    let clearedAt: EpochMs | null = null
    for (const stretch of this.#stored) {
      if (stretch.clearedAt === sample.measuredAt) return undefined
      if (stretch.clearedAt === null || stretch.clearedAt > sample.measuredAt) continue
      if (clearedAt === null || stretch.clearedAt > clearedAt) clearedAt = stretch.clearedAt
    }
    return { covering: this.#stored.find((stretch) => covers(stretch, sample)), clearedAt }
  }
}
