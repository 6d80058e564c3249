import type { CaseBasis } from '#model/case.ts'
import type { Episode } from '#model/episode.ts'
import { milliseconds } from '#model/time.ts'
import type { PlannedRule } from './plans.ts'

/** Devices of a group that its basis names. */
const NAMED_MAX = 100

/** Why an episode is one, in the words of its rule and with the values it had. */
export function basisOf(
  { bound, version }: PlannedRule,
  episode: Pick<Episode, 'startedAt' | 'confirmedAt' | 'evidence'>,
  devices: readonly string[] = [],
): CaseBasis {
  const { rule, gap, silence, effective } = bound
  return {
    ruleVersion: version,
    when: rule.when,
    clear: rule.clear,
    hold_ms: rule.hold,
    clearHold_ms: rule.clearHold,
    gap_ms: silence === null ? gap : milliseconds(0),
    silence_ms: silence,
    verify_ms: rule.verify,
    params: effective,
    startedAt: episode.startedAt,
    confirmedAt: episode.confirmedAt,
    evidence: episode.evidence,
    devices: devices.slice(0, NAMED_MAX),
  }
}
