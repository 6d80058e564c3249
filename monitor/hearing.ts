import { type DurationMs, type EpochMs, plus } from '#model/time.ts'
import type { BoundRule } from '#rules/bind-rule.ts'
import { type RuleState, type Sample, type Stretch, step, transition, wait } from '#rules/fold.ts'
import { blankMemory } from '#rules/memory.ts'

// A rule of silence looks at nothing but that a reading came.
const NOTHING = blankMemory()

const NO_STRETCH: readonly Stretch[] = []

/** Nearly always: no two readings lie further apart than the limit, whatever was listened to. */
function isUnbroken(bound: BoundRule, last: Sample, samples: readonly Sample[]): boolean {
  const limit = bound.silence ?? 0
  let before = last.measuredAt
  for (const { measuredAt } of samples) {
    if (measuredAt - before > limit) return false
    before = measuredAt
  }
  return true
}

/** What a rule of silence knows after readings, and the silences there were. */
export interface Heard {
  readonly state: RuleState
  /** Those that a reading ended or one that still stands, ascending. */
  readonly found: readonly Stretch[]
}

/**
 * Follows a rule of silence through readings that ascend. An open silence stands until a reading
 * after its confirmation ends it; one from before shows that it never was.
 */
export function hear(bound: BoundRule, before: RuleState, samples: readonly Sample[]): Heard {
  if (before.phase === 'heard' && isUnbroken(bound, before.last, samples)) {
    return { state: { phase: 'heard', last: samples.at(-1) ?? before.last }, found: NO_STRETCH }
  }
  let state = before
  const found: Stretch[] = []
  if (state.phase === 'active') {
    const { first, confirmed, severity, grades } = state
    const [sample] = samples
    if (sample && sample.measuredAt <= confirmed.measuredAt) {
      state = { phase: 'heard', last: first }
    } else {
      found.push({ first, confirmed, severity, grades, endedAt: null, clearedAt: null })
    }
  }
  const follow = (next: RuleState, sample: Sample): void => {
    const change = transition(state, next, sample)
    if (change?.type === 'opened') found.push(change.stretch)
    if (change?.type === 'closed') {
      const open = found.pop()
      const { endedAt, clearedAt } = change
      if (open) found.push({ ...open, endedAt, clearedAt })
    }
    state = next
  }
  for (const sample of samples) {
    follow(wait(bound, state, sample.measuredAt), sample)
    follow(step(bound, state, sample, NOTHING), sample)
  }
  return { state, found }
}

/** A device from which something came at `heardAt`, by our clock, is not silent before this. */
export const talkingUntil = (silence: DurationMs, heardAt: EpochMs): EpochMs =>
  plus(heardAt, silence)

/**
 * The silence that begins to be one by `now`, when nothing more came; undefined when none does. What
 * came last at `heardAt` may have been measured long before: a device whose clock is behind, or that
 * is sending a backlog in pieces, is not silent.
 */
export function fallSilent(
  bound: BoundRule,
  before: RuleState,
  now: EpochMs,
  heardAt: EpochMs | null,
): { readonly state: RuleState; readonly stretch: Stretch } | undefined {
  const { silence } = bound
  if (silence === null || before.phase !== 'heard') return undefined
  if (heardAt !== null && talkingUntil(silence, heardAt) >= now) return undefined
  const state = wait(bound, before, now)
  const change = transition(before, state, { measuredAt: now })
  return change?.type === 'opened' ? { state, stretch: change.stretch } : undefined
}
