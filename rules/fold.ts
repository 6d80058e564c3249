import type { Grade } from '#model/episode.ts'
import type { StoredReading } from '#model/reading.ts'
import { SEVERITIES, type Severity } from '#model/rule.ts'
import { between, type DurationMs, type EpochMs, plus } from '#model/time.ts'
import type { BoundRule } from './bind-rule.ts'
import type { Memory } from './memory.ts'
import { silentFrom } from './silence.ts'

/** The part of a reading that the fold looks at. */
export type Sample = Pick<StoredReading, 'measuredAt' | 'seq' | 'values'> &
  Partial<Pick<StoredReading, 'receivedAt'>>

/** A condition that has been true without interruption. */
interface Run {
  readonly since: Sample
  readonly lastTrueAt: EpochMs
}

/** Changes of severity that an episode lists; of those after them only the last counts. */
export const GRADES_MAX = 64

/** What one rule remembers of one device between two readings. */
export type RuleState =
  /** `clearedAt` of the episode before, as long as it may still cool down. */
  | { readonly phase: 'quiet'; readonly clearedAt: EpochMs | null }
  | { readonly phase: 'pending'; readonly run: Run }
  | {
      readonly phase: 'active'
      readonly first: Sample
      readonly confirmed: Sample
      readonly clearing: Run | null
      readonly severity: Severity
      readonly grades: readonly Grade[]
    }
  /** Of a rule of silence: the last reading, after which it waits. */
  | { readonly phase: 'heard'; readonly last: Sample }

export type Active = RuleState & { readonly phase: 'active' }

export const QUIET: RuleState = { phase: 'quiet', clearedAt: null }

/**
 * One step of the fold: what the rule knows after a reading. Readings must come in the order of
 * their measurement; see {@link Refold} for those that did not. The memory has perceived the
 * reading and does not remember it yet.
 *
 * A condition holds when it was true at every reading that could tell, over at least the hold and
 * with no silence longer than `gap` between two of them. An unknown neither holds nor clears.
 */
export function step(
  bound: BoundRule,
  state: RuleState,
  sample: Sample,
  memory: Memory,
): RuleState {
  if (bound.silence !== null) return { phase: 'heard', last: sample }
  const { rule, gap } = bound
  if (state.phase === 'active') {
    const cleared = isClear(bound, sample, memory)
    const run = cleared === true ? extend(state.clearing, sample, gap) : null
    if (run && spans(run, sample, rule.clearHold)) {
      return rule.cooldown === 0 ? QUIET : { phase: 'quiet', clearedAt: sample.measuredAt }
    }
    const graded = grade(bound, state, sample, memory)
    if (cleared === undefined || graded.clearing === run) return graded
    return { ...graded, clearing: run }
  }
  const wrong = isWrong(bound, sample, memory)
  if (wrong === undefined) return state
  if (!wrong) return state.phase === 'quiet' ? state : QUIET
  if (isCooling(bound, state, sample)) return state
  const run = extend(state.phase === 'pending' ? state.run : null, sample, gap)
  if (!spans(run, sample, rule.hold)) return { phase: 'pending', run }
  const severity = severityAt(bound, rule.severity, sample, memory)
  const grades = [{ at: sample.measuredAt, severity }]
  return { phase: 'active', first: run.since, confirmed: sample, clearing: null, severity, grades }
}

/**
 * What a rule of silence knows at an instant before the next reading, if there is one at all; other
 * rules know nothing new while nothing comes.
 */
export function wait(bound: BoundRule, state: RuleState, until: EpochMs): RuleState {
  if (bound.silence === null || state.phase !== 'heard') return state
  const from = silentFrom(bound, bound.silence, state.last.measuredAt)
  if (from >= until) return state
  const { severity } = bound.rule
  return {
    phase: 'active',
    first: state.last,
    confirmed: { measuredAt: from, seq: 0, values: [] },
    clearing: null,
    severity,
    grades: [{ at: from, severity }],
  }
}

export const isWrong = (bound: BoundRule, sample: Sample, memory: Memory): boolean | undefined =>
  bound.schedule !== null && !bound.schedule.applies(sample.measuredAt)
    ? false
    : bound.when.test(sample, memory, bound)

export const isClear = (bound: BoundRule, sample: Sample, memory: Memory): boolean | undefined =>
  bound.schedule !== null && !bound.schedule.applies(sample.measuredAt)
    ? true
    : bound.clear.test(sample, memory, bound)

const extend = (run: Run | null, sample: Sample, gap: DurationMs): Run => ({
  since: run && between(run.lastTrueAt, sample.measuredAt) <= gap ? run.since : sample,
  lastTrueAt: sample.measuredAt,
})

const spans = (run: Run, sample: Sample, hold: DurationMs): boolean =>
  between(run.since.measuredAt, sample.measuredAt) >= hold

export const isCooling = ({ rule }: BoundRule, state: RuleState, { measuredAt }: Sample): boolean =>
  state.phase === 'quiet' &&
  state.clearedAt !== null &&
  measuredAt < plus(state.clearedAt, rule.cooldown)

function grade(bound: BoundRule, state: Active, sample: Sample, memory: Memory): Active {
  if (bound.levels.length === 0) return state
  const severity = severityAt(bound, state.severity, sample, memory)
  if (severity === state.severity) return state
  const { grades } = state
  const next = { at: sample.measuredAt, severity }
  return {
    ...state,
    severity,
    grades: grades.length < GRADES_MAX ? [...grades, next] : grades,
  }
}

/** Of the first level that is true, most severe first; one that cannot tell stays as it was. */
export function severityAt(
  bound: BoundRule,
  before: Severity,
  sample: Sample,
  memory: Memory,
): Severity {
  for (const { when, severity } of bound.levels) {
    const said = when.test(sample, memory, bound)
    if (said === true || (said === undefined && before === severity)) return severity
  }
  return bound.rule.severity
}

/** A stretch in which the rule was active; `endedAt` and `clearedAt` are null while it is. */
export interface Stretch {
  readonly first: Sample
  readonly confirmed: Sample
  readonly endedAt: EpochMs | null
  readonly clearedAt: EpochMs | null
  /** The last it had. */
  readonly severity: Severity
  readonly grades: readonly Grade[]
}

export type Transition =
  | { readonly type: 'opened'; readonly stretch: Stretch }
  | ({ readonly type: 'graded' } & Pick<Stretch, 'severity' | 'grades'>)
  | { readonly type: 'closed'; readonly endedAt: EpochMs; readonly clearedAt: EpochMs }

/** What a step from one state to the next means to the outside; undefined when nothing. */
export function transition(
  before: RuleState,
  after: RuleState,
  sample: Pick<Sample, 'measuredAt'>,
): Transition | undefined {
  if (before === after) return undefined
  if (after.phase === 'active') {
    if (before.phase !== 'active') return { type: 'opened', stretch: openStretch(after) }
    if (before.severity === after.severity) return undefined
    return { type: 'graded', severity: after.severity, grades: after.grades }
  }
  if (before.phase !== 'active') return undefined
  const clearedAt = sample.measuredAt
  return { type: 'closed', endedAt: before.clearing?.since.measuredAt ?? clearedAt, clearedAt }
}

/** What a transition changes of the open stretch. */
export function changeOf(transition: Exclude<Transition, { type: 'opened' }>): Partial<Stretch> {
  if (transition.type === 'graded') {
    const { severity, grades } = transition
    return { severity, grades }
  }
  const { endedAt, clearedAt } = transition
  return { endedAt, clearedAt }
}

/** The stretch of an active rule, as far as it is known. */
export const openStretch = ({ first, confirmed, severity, grades }: Active): Stretch => ({
  first,
  confirmed,
  endedAt: null,
  clearedAt: null,
  severity,
  grades,
})

/** The worst that an episode ever was. */
export const worstOf = ({ severity, grades }: Pick<Stretch, 'severity' | 'grades'>): Severity =>
  grades.reduce(
    (worst, grade) =>
      SEVERITIES.indexOf(grade.severity) > SEVERITIES.indexOf(worst) ? grade.severity : worst,
    severity,
  )
