import { type Static, Type } from 'typebox'
import { Instant, showInstant } from '#api/instant.ts'
import { EPISODE_ROLES, type Episode } from '#model/episode.ts'
import { SEVERITIES } from '#model/rule.ts'
import { formatInstant } from '#model/time.ts'
import { EvidenceView, showEvidence } from './evidence-view.ts'
import { nullable } from './shared.ts'

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
