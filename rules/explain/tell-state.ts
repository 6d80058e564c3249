import type { Awaited, Phase, StateTold } from '#model/explanation.ts'
import { between, type DurationMs, type EpochMs, plus } from '#model/time.ts'
import type { BoundRule } from '#rules/bind-rule.ts'
import type { RuleState, Run } from '#rules/fold.ts'
import { silentFrom } from '#rules/silence.ts'

/** What a state means to people at an instant before the next reading, and what it waits for. */
export function tellState(bound: BoundRule, state: RuleState, at: EpochMs): StateTold {
  if (state.phase === 'quiet') return tellQuiet(bound, state.clearedAt, at)
  if (state.phase === 'heard') return tellHeard(bound, state.last.measuredAt, at)
  if (state.phase === 'pending') {
    return { ...told('pending', 'hold'), ...progress(state.run, bound.rule.hold) }
  }
  const { first, confirmed, clearing, severity, grades } = state
  const since = first.measuredAt
  const episode = { since, confirmedAt: confirmed.measuredAt, severity, grades }
  if (bound.silence !== null) return { ...told('silent', 'reading'), ...episode }
  if (clearing === null) return { ...told('active', 'clear'), ...episode }
  return {
    ...told('clearing', 'clear-hold'),
    ...progress(clearing, bound.rule.clearHold),
    ...episode,
  }
}

const told = (phase: Phase, waitsFor: Awaited): StateTold => ({
  phase,
  since: null,
  confirmedAt: null,
  held_ms: null,
  needed_ms: null,
  waitsFor,
  until: null,
  severity: null,
  grades: [],
})

const progress = ({ since, lastTrueAt }: Run, needed_ms: DurationMs) => ({
  since: since.measuredAt,
  held_ms: between(since.measuredAt, lastTrueAt),
  needed_ms,
  until: plus(since.measuredAt, needed_ms),
})

function tellQuiet(bound: BoundRule, clearedAt: EpochMs | null, at: EpochMs): StateTold {
  if (bound.silence !== null) return told('quiet', 'reading')
  const until = clearedAt === null ? null : plus(clearedAt, bound.rule.cooldown)
  if (until !== null && at < until) {
    return { ...told('cooling', 'cooldown'), since: clearedAt, until }
  }
  const stretch = bound.schedule?.stretchAt(at)
  if (!stretch || stretch.applies) return told('quiet', 'condition')
  return { ...told('quiet', 'schedule'), until: stretch.until }
}

function tellHeard(bound: BoundRule, last: EpochMs, at: EpochMs): StateTold {
  const limit = bound.silence
  if (limit === null) return told('quiet', 'condition')
  const from = silentFrom(bound, limit, last)
  return {
    ...told('heard', 'silence'),
    since: last,
    held_ms: between(last, at),
    needed_ms: limit,
    until: Number.isFinite(from) ? from : null,
  }
}
