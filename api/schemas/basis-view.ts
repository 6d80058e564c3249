import { type Static, Type } from 'typebox'
import { Instant, showInstant } from '#api/instant.ts'
import type { BasisGroup, CaseBasis } from '#model/case-basis.ts'
import { formatInstant } from '#model/time.ts'
import { scheduleProperties, showSchedule, showTerm, TermView } from './condition-view.ts'
import { EvidenceView, showEvidence } from './evidence-view.ts'
import { EffectiveParamView, showEffective, Words } from './rule-view.ts'
import { nullable, PlaceView, refTo } from './shared.ts'

const BasisGroupView = Type.Object({
  atLeast: Type.Integer(),
  within_m: nullable(Type.Number()),
  share: nullable(Type.Number()),
  during_ms: Type.Number(),
  scope: nullable(Type.String()),
  deviceCount: Type.Integer(),
  devices: Type.Array(
    Type.Object({
      id: Type.String(),
      place: nullable(refTo(PlaceView)),
      startedAt: Instant,
      confirmedAt: Instant,
    }),
    { description: 'The first hundred of them, with the times of their own episodes.' },
  ),
})

export const CaseBasisView = Type.Object(
  {
    episodeId: Type.String(),
    ruleVersion: nullable(Type.Integer()),
    title: Words,
    source: Type.String({ description: 'Where the marks of the rule come from.' }),
    when: nullable(Type.String()),
    clear: nullable(Type.String()),
    clauses: Type.Array(Type.Object({ text: Type.String(), terms: Type.Array(TermView) }), {
      description: 'All of them were true at the reading that confirmed it.',
    }),
    hold_ms: Type.Number(),
    clearHold_ms: Type.Number(),
    gap_ms: nullable(Type.Number()),
    silence_ms: nullable(Type.Number({ description: 'For how long nothing came.' })),
    listenedFrom: nullable(Instant),
    verify_ms: nullable(Type.Number()),
    schedule: nullable(Type.Object({ ...scheduleProperties, name: nullable(Type.String()) })),
    params: Type.Record(Type.String(), refTo(EffectiveParamView)),
    units: Type.Record(Type.String(), Type.String(), { description: 'UCUM, by channel.' }),
    startedAt: Instant,
    confirmedAt: Instant,
    evidence: Type.Array(EvidenceView),
    group: nullable(BasisGroupView),
  },
  {
    $id: 'CaseBasis',
    description: 'Why the case was opened, as it was known then. Nothing of it changes later.',
  },
)

export const showBasis = (basis: CaseBasis): Static<typeof CaseBasisView> => ({
  episodeId: basis.episodeId,
  ruleVersion: basis.ruleVersion,
  title: basis.title,
  source: basis.source,
  when: basis.when,
  clear: basis.clear,
  clauses: basis.clauses.map(({ text, terms }) => ({ text, terms: terms.map(showTerm) })),
  hold_ms: basis.hold_ms,
  clearHold_ms: basis.clearHold_ms,
  gap_ms: basis.gap_ms,
  silence_ms: basis.silence_ms,
  listenedFrom: showInstant(basis.listenedFrom),
  verify_ms: basis.verify_ms,
  schedule: basis.schedule && { ...showSchedule(basis.schedule), name: basis.schedule.name },
  params: Object.fromEntries(
    Object.entries(basis.params).map(([name, param]) => [name, showEffective(param)]),
  ),
  units: { ...basis.units },
  startedAt: formatInstant(basis.startedAt),
  confirmedAt: formatInstant(basis.confirmedAt),
  evidence: basis.evidence.map(showEvidence),
  group: basis.group && showGroup(basis.group),
})

const showGroup = ({ devices, ...group }: BasisGroup): Static<typeof BasisGroupView> => ({
  ...group,
  devices: devices.map(({ id, place, startedAt, confirmedAt }) => ({
    id,
    place,
    startedAt: formatInstant(startedAt),
    confirmedAt: formatInstant(confirmedAt),
  })),
})
