import type { BasisGroup, CaseBasis } from '#model/case-basis.ts'
import type { Episode, EvidenceReading } from '#model/episode.ts'
import type { TermTold } from '#model/explanation.ts'
import type { Rule } from '#model/rule.ts'
import { minus } from '#model/time.ts'
import type { BoundRule } from '#rules/bind-rule.ts'
import type { ClauseTerm } from '#rules/clause.ts'
import type { MemberStretch } from '#rules/group/member-stretch.ts'
import { unitsOf } from './evidence.ts'
import type { PlannedRule } from './plans.ts'

/** Devices of a group that its basis names. */
const NAMED_MAX = 100

/**
 * Why an episode is one, in the words of its rule and with the values it had. Every clause was true
 * at the reading that confirmed it.
 *
 * @param members of a group
 */
export function basisOf(
  { bound, version }: PlannedRule,
  episode: Pick<Episode, 'id' | 'startedAt' | 'confirmedAt' | 'evidence' | 'scope'>,
  members: readonly MemberStretch[] | null = null,
): CaseBasis {
  const { rule, kind, gap, silence, effective, presence } = bound
  const { startedAt, confirmedAt, evidence } = episode
  const confirmed = evidence.at(-1)
  return {
    episodeId: episode.id,
    ruleVersion: version,
    title: members && rule.mass ? rule.mass.title : rule.title,
    source: rule.source,
    when: rule.when,
    clear: rule.clear,
    clauses:
      silence === null && confirmed
        ? bound.when.clauses.map(({ text, terms }) => ({
            text,
            terms: terms.map((term) => termOf(term, confirmed, bound)),
          }))
        : [],
    hold_ms: rule.hold,
    clearHold_ms: rule.clearHold,
    gap_ms: silence === null ? gap : null,
    silence_ms: silence,
    listenedFrom:
      silence === null ? null : minus(presence.listenedSince(startedAt, silence), silence),
    verify_ms: rule.verify,
    schedule: bound.schedule && {
      ...bound.schedule.stretchAt(confirmedAt),
      name: scheduleName(rule),
    },
    params: effective,
    units: unitsOf(kind, evidence),
    startedAt,
    confirmedAt,
    evidence,
    group: members && groupOf(rule, episode.scope, members),
  }
}

/** A value as the evidence has it: nothing is worked out again from what may have changed. */
function termOf(
  { text, unit, isFunction }: ClauseTerm,
  { values, derived }: EvidenceReading,
  { effective }: BoundRule,
): TermTold {
  const param = text.startsWith('params.') ? effective[text.slice('params.'.length)] : undefined
  const value = isFunction ? derived?.[text] : (param?.value ?? values[text])
  return { text, value: value ?? null, unit }
}

function scheduleName({ schedule }: Rule): string | null {
  if (typeof schedule?.schedule !== 'string') return null
  return schedule.not ? `not ${schedule.schedule}` : schedule.schedule
}

function groupOf(
  { neighbours, mass }: Rule,
  scope: string | null,
  members: readonly MemberStretch[],
): BasisGroup | null {
  const form = mass ?? neighbours
  if (!form) return null
  return {
    atLeast: form.atLeast,
    within_m: neighbours?.within_m ?? null,
    share: mass?.share ?? null,
    during_ms: form.during,
    scope,
    deviceCount: new Set(members.map(({ deviceId }) => deviceId)).size,
    devices: members.slice(0, NAMED_MAX).map(({ deviceId, place, startedAt, confirmedAt }) => ({
      id: deviceId,
      place,
      startedAt,
      confirmedAt,
    })),
  }
}
