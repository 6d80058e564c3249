import type { Episode, EpisodeRole, EvidenceReading, Grade } from '#model/episode.ts'
import type { Severity } from '#model/rule.ts'
import type { EpochMs } from '#model/time.ts'

/** A row of `episode`, as far as the rules need it. */
export interface EpisodeRow {
  readonly id: string
  readonly device_id: string
  readonly rule_id: string
  readonly rule_version: number | null
  readonly role: EpisodeRole
  readonly group_id: string | null
  readonly scope: string | null
  readonly phenomenon: string
  readonly severity: Severity
  readonly grades: readonly Grade[]
  readonly started_at: EpochMs
  readonly confirmed_at: EpochMs
  readonly ended_at: EpochMs | null
  readonly cleared_at: EpochMs | null
  readonly withdrawn_at: EpochMs | null
  readonly evidence: readonly EvidenceReading[]
}

export const EPISODE_COLUMNS = `id, device_id, rule_id, rule_version, role, group_id, scope,
  phenomenon, severity, grades, started_at, confirmed_at, ended_at, cleared_at, withdrawn_at, evidence`

export const toEpisode = (row: EpisodeRow): Episode => ({
  id: row.id,
  deviceId: row.device_id,
  ruleId: row.rule_id,
  ruleVersion: row.rule_version,
  role: row.role,
  groupId: row.group_id,
  scope: row.scope,
  phenomenon: row.phenomenon,
  severity: row.severity,
  grades: row.grades,
  startedAt: row.started_at,
  confirmedAt: row.confirmed_at,
  endedAt: row.ended_at,
  clearedAt: row.cleared_at,
  withdrawnAt: row.withdrawn_at,
  evidence: row.evidence,
})
