import { compareReadings, type StoredReading } from '#model/reading.ts'
import { between, type DurationMs, type EpochMs } from '#model/time.ts'
import type { CompiledRule } from './compiled-rule.ts'
import type { Sight } from './condition.ts'
import type { Memory } from './memory.ts'

/** The part of a reading that the fold looks at. */
export type Sample = Pick<StoredReading, 'measuredAt' | 'seq' | 'values'>

/** A condition that has been true without interruption. */
interface Run {
  readonly since: Sample
  readonly lastTrueAt: EpochMs
}

/** What one rule remembers of one device between two readings. */
export type RuleState =
  | { readonly phase: 'quiet' }
  | { readonly phase: 'pending'; readonly run: Run }
  | {
      readonly phase: 'active'
      readonly first: Sample
      readonly confirmed: Sample
      readonly clearing: Run | null
    }

export const QUIET: RuleState = { phase: 'quiet' }

/**
 * One step of the fold: what the rule knows after a reading. Readings must come in the order of
 * their measurement; see {@link Refold} for those that did not.
 *
 * A condition holds when it was true at every reading that could tell, over at least the hold and
 * with no silence longer than `gap` between two of them. An unknown neither holds nor clears.
 */
export function step(
  { rule, when, clear }: CompiledRule,
  state: RuleState,
  sample: Sample,
  memory: Memory,
  gap: DurationMs,
): RuleState {
  const sight = sightOf(sample, memory)
  if (state.phase === 'active') {
    const cleared = clear.test(sight)
    if (cleared === undefined) return state
    if (!cleared) return state.clearing === null ? state : { ...state, clearing: null }
    const run = extend(state.clearing, sample, gap)
    return spans(run, sample, rule.clearHold) ? QUIET : { ...state, clearing: run }
  }
  const wrong = when.test(sight)
  if (wrong === undefined) return state
  if (!wrong) return QUIET
  const run = extend(state.phase === 'pending' ? state.run : null, sample, gap)
  return spans(run, sample, rule.hold)
    ? { phase: 'active', first: run.since, confirmed: sample, clearing: null }
    : { phase: 'pending', run }
}

const sightOf = ({ measuredAt, values }: Sample, { known, recent }: Memory): Sight => ({
  at: measuredAt,
  values,
  previous: known,
  recent,
})

const extend = (run: Run | null, sample: Sample, gap: DurationMs): Run => ({
  since: run && between(run.lastTrueAt, sample.measuredAt) <= gap ? run.since : sample,
  lastTrueAt: sample.measuredAt,
})

const spans = (run: Run, sample: Sample, hold: DurationMs): boolean =>
  between(run.since.measuredAt, sample.measuredAt) >= hold

/** A stretch in which the rule was active; `ended` and `cleared` are null while it is. */
export interface Stretch {
  readonly first: Sample
  readonly confirmed: Sample
  readonly endedAt: EpochMs | null
  readonly clearedAt: EpochMs | null
}

export type Transition =
  | { readonly type: 'opened'; readonly stretch: Stretch }
  | { readonly type: 'closed'; readonly endedAt: EpochMs; readonly clearedAt: EpochMs }

/** What a step from one state to the next means to the outside; undefined when nothing. */
export function transition(
  before: RuleState,
  after: RuleState,
  sample: Sample,
): Transition | undefined {
  if (before === after) return undefined
  if (before.phase !== 'active' && after.phase === 'active') {
    const { first, confirmed } = after
    return { type: 'opened', stretch: { first, confirmed, endedAt: null, clearedAt: null } }
  }
  if (before.phase === 'active' && after.phase !== 'active') {
    const clearedAt = sample.measuredAt
    return { type: 'closed', endedAt: before.clearing?.since.measuredAt ?? clearedAt, clearedAt }
  }
  return undefined
}

/**
 * The state after a reading, told from that reading and the stretches known so far, without what
 * came before it; undefined when this reading alone does not settle it. Outside a stretch a false
 * condition means quiet; inside one a false clear condition means active and not clearing.
 */
export function settle(
  { when, clear }: CompiledRule,
  sample: Sample,
  memory: Memory,
  covering: Stretch | undefined,
): RuleState | undefined {
  const sight = sightOf(sample, memory)
  if (!covering) return when.test(sight) === false ? QUIET : undefined
  if (clear.test(sight) !== false) return undefined
  return { phase: 'active', first: covering.first, confirmed: covering.confirmed, clearing: null }
}

/** Whether a reading says nothing to a rule that is active, or is not. */
export const isUnknown = (
  { when, clear }: CompiledRule,
  sample: Sample,
  memory: Memory,
  active: boolean,
): boolean => (active ? clear : when).test(sightOf(sample, memory)) === undefined

/** Whether a stretch is active just after a reading. */
export const covers = (stretch: Stretch, sample: Sample): boolean =>
  compareReadings(stretch.confirmed, sample) <= 0 &&
  (stretch.clearedAt === null || sample.measuredAt < stretch.clearedAt)
