import { type Static, Type } from 'typebox'
import { Instant, showInstant } from '#api/instant.ts'
import { CASE_STATES, type Case, LIMIT_UNITS } from '#model/case.ts'
import { EPISODE_ROLES, type Episode } from '#model/episode.ts'
import { SEVERITIES } from '#model/rule.ts'
import { formatInstant } from '#model/time.ts'
import { CaseBasisView } from './basis-view.ts'
import { CaseNoteView } from './case-note-view.ts'
import { EvidenceView, showEvidence } from './evidence-view.ts'
import { nullable, PlaceView, refTo } from './shared.ts'

/** An episode with the case it led to. */
export interface EpisodeRecord extends Episode {
  readonly caseId: string | null
}

export const EpisodeView = Type.Object(
  {
    id: Type.String(),
    deviceId: Type.String(),
    ruleId: Type.String(),
    ruleVersion: nullable(Type.Integer()),
    role: Type.Enum([...EPISODE_ROLES], {
      description: 'Of one device, of one as part of a group, or of several together.',
    }),
    groupId: nullable(Type.String({ description: 'The episode of the group it belongs to.' })),
    scope: nullable(Type.String({ description: 'What a group is about, as group:north.' })),
    phenomenon: Type.String(),
    severity: Type.Enum([...SEVERITIES], { description: 'The last it had.' }),
    grades: Type.Array(Type.Object({ at: Instant, severity: Type.Enum([...SEVERITIES]) })),
    startedAt: Instant,
    confirmedAt: Instant,
    endedAt: nullable(Instant),
    clearedAt: nullable(Instant),
    withdrawnAt: nullable(Instant),
    evidence: Type.Array(EvidenceView),
    caseId: nullable(Type.String()),
  },
  { $id: 'Episode', description: 'A span in which a rule found something wrong. Event time.' },
)
export type EpisodeView = Static<typeof EpisodeView>

export const showEpisode = (episode: EpisodeRecord): EpisodeView => ({
  id: episode.id,
  deviceId: episode.deviceId,
  ruleId: episode.ruleId,
  ruleVersion: episode.ruleVersion,
  role: episode.role,
  groupId: episode.groupId,
  scope: episode.scope,
  phenomenon: episode.phenomenon,
  severity: episode.severity,
  grades: episode.grades.map(({ at, severity }) => ({ at: formatInstant(at), severity })),
  startedAt: formatInstant(episode.startedAt),
  confirmedAt: formatInstant(episode.confirmedAt),
  endedAt: showInstant(episode.endedAt),
  clearedAt: showInstant(episode.clearedAt),
  withdrawnAt: showInstant(episode.withdrawnAt),
  evidence: episode.evidence.map(showEvidence),
  caseId: episode.caseId,
})

const caseProperties = {
  id: Type.String(),
  number: Type.String({ description: '19 digits: district, date, serial of the day.' }),
  state: Type.Enum([...CASE_STATES]),
  kind: Type.Enum(['part', 'event']),
  objectId: Type.String({ description: 'The part, or the device that sits on none.' }),
  phenomenon: Type.String(),
  edition: Type.String({ description: 'Of the catalogue of classes.' }),
  class: Type.String(),
  condition: Type.String({ description: 'The filing condition.' }),
  severity: Type.Enum([...SEVERITIES]),
  title: Type.String(),
  deviceId: Type.String(),
  ruleId: Type.String(),
  partId: nullable(Type.String()),
  gridCode: nullable(Type.String()),
  district: Type.String(),
  place: nullable(refTo(PlaceView)),
  address: nullable(Type.String()),
  department: nullable(Type.String()),
  limit: nullable(Type.Object({ amount: Type.Number(), unit: Type.Enum([...LIMIT_UNITS]) })),
  deadlineAt: nullable(Instant),
  reportedAt: Instant,
  updatedAt: Instant,
}

export const CaseView = Type.Object(caseProperties, { $id: 'Case' })
export type CaseView = Static<typeof CaseView>

export const CaseDetail = Type.Object(
  {
    ...caseProperties,
    episodes: Type.Array(refTo(EpisodeView)),
    basis: nullable(refTo(CaseBasisView)),
    notes: Type.Array(refTo(CaseNoteView), { description: 'In the order they were written.' }),
  },
  { $id: 'CaseDetail' },
)

export const showCase = (found: Case): CaseView => ({
  id: found.id,
  number: found.number,
  state: found.state,
  kind: found.kind,
  objectId: found.objectId,
  phenomenon: found.phenomenon,
  edition: found.edition,
  class: found.class,
  condition: found.condition,
  severity: found.severity,
  title: found.title,
  deviceId: found.deviceId,
  ruleId: found.ruleId,
  partId: found.partId,
  gridCode: found.gridCode,
  district: found.district,
  place: found.place,
  address: found.address,
  department: found.department,
  limit: found.limit,
  deadlineAt: showInstant(found.deadlineAt),
  reportedAt: formatInstant(found.reportedAt),
  updatedAt: formatInstant(found.updatedAt),
})
