import { compareReadings } from '#model/reading.ts'
import type { Severity } from '#model/rule.ts'
import type { DurationMs, EpochMs } from '#model/time.ts'
import type { BoundRule } from './bind-rule.ts'
import {
  type Active,
  GRADES_MAX,
  isClear,
  isCooling,
  isWrong,
  QUIET,
  type RuleState,
  type Sample,
  type Stretch,
} from './fold.ts'
import type { Memory } from './memory.ts'

/** Whether a stretch is active just after a reading. */
export const covers = (stretch: Stretch, sample: Sample): boolean =>
  compareReadings(stretch.confirmed, sample) <= 0 &&
  (stretch.clearedAt === null || sample.measuredAt < stretch.clearedAt)

/** Whether a reading says nothing to a rule that is active, or is not. */
export const isUnknown = (
  bound: BoundRule,
  sample: Sample,
  memory: Memory,
  active: boolean,
): boolean =>
  bound.silence === null && (active ? isClear : isWrong)(bound, sample, memory) === undefined

/** What is known of the stretches around a reading. */
export interface Around {
  /** The one that is active just after it. */
  readonly covering: Stretch | undefined
  /** When the last one before it was cleared; null when there is none. */
  readonly clearedAt: EpochMs | null
}

/**
 * The state after a reading, told from that reading and the stretches known so far, without what
 * came before it; undefined when this reading alone does not settle it. Outside a stretch a false
 * condition means quiet; inside one a false clear condition means active and not clearing.
 */
export function settle(
  bound: BoundRule,
  sample: Sample,
  memory: Memory,
  around: Around,
): RuleState | undefined {
  if (bound.silence !== null) return { phase: 'heard', last: sample }
  const { covering, clearedAt } = around
  if (covering) {
    return isClear(bound, sample, memory) === false
      ? within(bound, covering, sample, memory)
      : undefined
  }
  const quiet = quietAfter(bound, clearedAt)
  if (isCooling(bound, quiet, sample)) return quiet
  return isWrong(bound, sample, memory) === false ? quiet : undefined
}

export const quietAfter = ({ rule }: BoundRule, clearedAt: EpochMs | null): RuleState =>
  rule.cooldown === 0 || clearedAt === null ? QUIET : { phase: 'quiet', clearedAt }

/** The state within a stretch at an instant, when nothing was clearing then. */
export function enter({ first, confirmed, grades }: Stretch, at: EpochMs): Active {
  const until = grades.filter((each, index) => index === 0 || each.at <= at)
  const severity = until.at(-1)?.severity ?? 'warning'
  return { phase: 'active', first, confirmed, clearing: null, severity, grades: until }
}

/**
 * The state within a stretch after a reading, when nothing was clearing then; undefined where the
 * list of grades does not tell which severity it had.
 */
export function within(
  bound: BoundRule,
  stretch: Stretch,
  sample: Sample,
  memory: Memory,
): Active | undefined {
  const { grades } = stretch
  const entered = enter(stretch, sample.measuredAt)
  if (bound.levels.length === 0) return entered
  // Of several readings of one millisecond the list does not tell which it was.
  if (grades.some(({ at }) => at === sample.measuredAt)) return undefined
  if (entered.grades.length < GRADES_MAX) return entered
  const severity = certainSeverity(bound, sample, memory)
  return severity && { ...entered, severity }
}

/** The severity at a reading whatever it was before; undefined where that matters. */
function certainSeverity(bound: BoundRule, sample: Sample, memory: Memory): Severity | undefined {
  for (const { when, severity } of bound.levels) {
    const said = when.test(sample, memory, bound)
    if (said !== false) return said && severity
  }
  return bound.rule.severity
}

/** Whether two states say the same of all readings after `sample`. */
export function sameFrom(bound: BoundRule, a: RuleState, b: RuleState, sample: Sample): boolean {
  if (a.phase === 'active' && b.phase === 'active') {
    return (
      a.severity === b.severity && a.clearing?.since.measuredAt === b.clearing?.since.measuredAt
    )
  }
  if (a.phase === 'pending' && b.phase === 'pending') {
    return compareReadings(a.run.since, b.run.since) === 0
  }
  if (a.phase === 'heard' && b.phase === 'heard') return compareReadings(a.last, b.last) === 0
  if (a.phase !== 'quiet' || b.phase !== 'quiet' || bound.silence !== null) {
    return a.phase === b.phase && a.phase === 'quiet'
  }
  const cooling = (state: RuleState): EpochMs | null =>
    state.phase === 'quiet' && isCooling(bound, state, sample) ? state.clearedAt : null
  return cooling(a) === cooling(b)
}

/**
 * How far before a reading the fold has to begin to be right after it, whatever was before: a
 * condition that was true for longer has been confirmed, or was interrupted.
 */
export const settlingSpan = ({ rule, gap }: BoundRule): DurationMs =>
  (Math.max(rule.hold, rule.clearHold) + gap + 1) as DurationMs
