import type { ClauseTold, ConditionTold, Obstacle, ObstacleTold } from '#model/explanation.ts'
import { compareReadings } from '#model/reading.ts'
import { between, type EpochMs, plus } from '#model/time.ts'
import type { BoundRule } from '#rules/bind-rule.ts'
import { isCooling, isWrong, type RuleState, type Sample } from '#rules/fold.ts'
import type { Memory } from '#rules/memory.ts'
import { silentFrom } from '#rules/silence.ts'
import { type BrokenRun, runOf } from './broken-run.ts'

/** A step of the fold, seen from outside. */
export interface SeenStep {
  readonly before: RuleState
  readonly after: RuleState
  readonly reading: Sample
  /** Has perceived the reading and does not remember it yet. */
  readonly memory: Memory
  /** What the condition says at the reading. */
  readonly condition: ConditionTold
  /** The last silence that interrupted a run. */
  readonly broken: BrokenRun | undefined
}

export const obstacle = (why: Obstacle, more: Partial<ObstacleTold> = {}): ObstacleTold => ({
  why,
  clause: null,
  names: [],
  from: null,
  until: null,
  count: null,
  needed: null,
  ...more,
})

/** Why no new episode began with a reading, nor until `at`; empty where one did. */
export function obstaclesOf(bound: BoundRule, step: SeenStep, at: EpochMs): ObstacleTold[] {
  const { before, after, reading, condition, memory } = step
  const gaps = gapsOf(bound, step, at)
  if (after.phase === 'active') {
    if (compareReadings(after.confirmed, reading) === 0) return []
    return [obstacle('already-active', { from: after.confirmed.measuredAt }), ...gaps]
  }
  if (before.phase === 'active') return [obstacle('cleared', { from: reading.measuredAt })]
  const stretch = bound.schedule?.stretchAt(reading.measuredAt)
  if (stretch && !stretch.applies) {
    return [obstacle('schedule', { from: stretch.from, until: stretch.until })]
  }
  const wrong = isWrong(bound, reading, memory)
  if (wrong === false) {
    return condition.clauses
      .filter(({ truth }) => truth === 'false')
      .map(({ text, terms }) =>
        obstacle('condition-false', { clause: text, names: terms.map((term) => term.text) }),
      )
  }
  const unknown = wrong === undefined ? condition.clauses.flatMap(unknownOf(bound)) : []
  if (isCooling(bound, after, reading) && after.phase === 'quiet' && after.clearedAt !== null) {
    const until = plus(after.clearedAt, bound.rule.cooldown)
    return [...unknown, obstacle('cooldown', { from: after.clearedAt, until })]
  }
  if (after.phase !== 'pending') return unknown
  const { measuredAt: from } = after.run.since
  return [...unknown, ...gaps, obstacle('hold', { from, until: plus(from, bound.rule.hold) })]
}

/** Why a clause is unknown. */
const unknownOf =
  (bound: BoundRule) =>
  ({ text, truth, terms, ...lacks }: ClauseTold): readonly ObstacleTold[] => {
    if (truth !== 'unknown') return []
    const found = (
      [
        ['unknown-channel', lacks.absentChannels],
        ['unknown-parameter', lacks.missingParams],
        ['unknown-area', lacks.missingAreas],
      ] as const
    )
      .filter(([, names]) => names.length > 0)
      .map(([why, names]) => obstacle(why, { clause: text, names }))
    if (found.length > 0) return found
    const places = bound.when.clauses.find((clause) => clause.text === text)?.places ?? []
    const names = terms.filter(({ value }) => value === null).map((term) => term.text)
    return [obstacle(places.length > 0 ? 'unknown-place' : 'unknown-past', { clause: text, names })]
  }

/** A silence that interrupted what had been true: before the run at hand, or one that lasts. */
function gapsOf(bound: BoundRule, { after, broken }: SeenStep, at: EpochMs): ObstacleTold[] {
  const run = runOf(after)
  if (!run) return []
  const gaps =
    broken?.to === run.since.measuredAt
      ? [obstacle('gap', { from: broken.from, until: broken.to })]
      : []
  if (between(run.lastTrueAt, at) <= bound.gap) return gaps
  return [...gaps, obstacle('gap', { from: run.lastTrueAt })]
}

/** Why a device that was heard is not silent at an instant. */
export function silenceObstacles(
  bound: BoundRule,
  last: EpochMs,
  at: EpochMs,
): readonly ObstacleTold[] {
  const limit = bound.silence
  if (limit === null) return []
  const silent = silentFrom(bound, limit, last)
  const until = Number.isFinite(silent) ? silent : null
  if (at <= plus(last, limit)) return [obstacle('hold', { from: last, until })]
  if (at <= bound.presence.listenedSince(last, limit)) {
    return [obstacle('not-listened', { from: last, until })]
  }
  return [obstacle('schedule', { from: last, until })]
}
