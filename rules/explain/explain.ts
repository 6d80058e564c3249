import type { Explanation } from '#model/explanation.ts'
import type { EpochMs } from '#model/time.ts'
import type { BoundRule } from '#rules/bind-rule.ts'
import { QUIET, type RuleState, type Sample, type Stretch, wait } from '#rules/fold.ts'
import { copyMemory, perceive } from '#rules/memory.ts'
import { Refold } from '#rules/refold.ts'
import { enter } from '#rules/settle.ts'
import { obstacle, obstaclesOf, silenceObstacles } from './obstacles.ts'
import { tellCondition } from './tell-condition.ts'
import { tellPlaces } from './tell-places.ts'
import { tellState } from './tell-state.ts'

/** What was before the reading to be explained. */
export interface Past {
  /** The readings just before it, ascending. */
  readonly history: readonly Sample[]
  /** There are none before these. */
  readonly whole: boolean
  /** The rule's stretches, ascending, none left out that touches these readings. */
  readonly stretches: readonly Stretch[]
  /** Until when the device counts as just sending, and is not silent however old what it sends is. */
  readonly talkingUntil: EpochMs | null
}

export type Told = Pick<Explanation, 'state' | 'condition' | 'clear' | 'places' | 'obstacles'>

/**
 * Tells why a rule is in the state it is in at an instant, by folding what was before.
 *
 * @param reading the last measured by `at`; undefined when there is none
 * @returns undefined to ask for a longer history
 */
export function explain(
  bound: BoundRule,
  reading: Sample | undefined,
  past: Past,
  at: EpochMs,
): Told | undefined {
  if (!reading) {
    const state = tellState(bound, QUIET, at)
    return { state, condition: null, clear: null, places: [], obstacles: [obstacle('no-reading')] }
  }
  if (bound.silence !== null) return explainSilence(bound, reading, past, at)
  const refold = new Refold(bound, past.stretches, { first: reading, last: reading })
  if (!refold.begin(past.history, past.whole)) return undefined
  const before = refold.state
  const memory = copyMemory(refold.memory)
  perceive(memory, bound.lookback, reading)
  const condition = tellCondition(bound.when, bound, reading, memory)
  refold.feed(reading, true)
  const { state: after, broken } = refold
  const step = { before, after, reading, memory, condition, broken }
  return {
    state: tellState(bound, after, at),
    condition,
    clear: after.phase === 'active' ? tellCondition(bound.clear, bound, reading, memory) : null,
    places: tellPlaces(bound, memory),
    obstacles: obstaclesOf(bound, step, at),
  }
}

function explainSilence(
  bound: BoundRule,
  reading: Sample,
  { stretches, talkingUntil }: Past,
  at: EpochMs,
): Told {
  const { measuredAt: last } = reading
  const heard: RuleState = { phase: 'heard', last: reading }
  // One that was opened stands until a reading ends it.
  const stood = stretches.find(
    ({ first, confirmed, clearedAt }) =>
      first.measuredAt === last &&
      confirmed.measuredAt <= at &&
      (clearedAt === null || clearedAt > at),
  )
  const silent = stood ? enter(stood, at) : wait(bound, heard, at)
  const isTalking = !stood && talkingUntil !== null && at < talkingUntil
  const state = isTalking ? heard : silent
  const told = { state: tellState(bound, state, at), condition: null, clear: null, places: [] }
  if (state.phase === 'active') return { ...told, obstacles: [] }
  if (silent.phase === 'active') {
    return { ...told, obstacles: [obstacle('talking', { until: talkingUntil })] }
  }
  return { ...told, obstacles: silenceObstacles(bound, last, at) }
}
