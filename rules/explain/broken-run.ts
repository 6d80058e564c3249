import type { EpochMs } from '#model/time.ts'
import type { RuleState, Run } from '#rules/fold.ts'

/** A silence that interrupted what had been true: after the last reading before it, to the next. */
export interface BrokenRun {
  readonly from: EpochMs
  readonly to: EpochMs
}

/** Whether a step began a run anew because the one before was interrupted by a silence. */
export function brokenRun(before: RuleState, after: RuleState): BrokenRun | undefined {
  const [was, is] = [runOf(before), runOf(after)]
  if (before.phase !== after.phase || !was || !is) return undefined
  if (was.since.measuredAt === is.since.measuredAt && was.since.seq === is.since.seq)
    return undefined
  return { from: was.lastTrueAt, to: is.since.measuredAt }
}

/** What has been true so far: the condition, or of an active rule that which clears it. */
export function runOf(state: RuleState): Run | null {
  if (state.phase === 'pending') return state.run
  return state.phase === 'active' ? state.clearing : null
}
