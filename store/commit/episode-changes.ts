import type { Client } from 'pg'
import type { CaseEvent, Commit, EpisodeChange } from '#model/commit.ts'
import type { Episode } from '#model/episode.ts'
import { SEVERITIES, type Severity } from '#model/rule.ts'
import { type EpochMs, epochMs } from '#model/time.ts'
import { formatTimestamp } from '#store/timestamp.ts'
import { CaseBook } from './case-book.ts'

/**
 * Writes episodes and what follows from them for cases: a confirmed one joins the open case of its
 * object and phenomenon or opens one, and raises it where it is worse; a case all of whose episodes
 * were withdrawn, or came to be about several devices, is withdrawn.
 */
export async function writeEpisodeChanges(
  client: Client,
  commit: Commit,
  timeZone: string,
): Promise<readonly CaseEvent[]> {
  if (commit.episodes.length === 0) return []
  const changes = latestChanges(commit.episodes)
  const caseIds = await upsertEpisodes(client, changes, commit.at)
  const book = new CaseBook(client, commit.at, timeZone)
  const { events: filed, links } = await book.file(
    changes.flatMap(({ episode, openCase }) =>
      openCase === null || !asks(episode)
        ? []
        : [{ episodeId: episode.id, caseId: caseIds.get(episode.id) ?? null, proposal: openCase }],
    ),
  )
  const withdrawn = changes.flatMap(({ episode }) => {
    const caseId = caseIds.get(episode.id)
    return asks(episode) || !caseId ? [] : [caseId]
  })
  const raised = changes.flatMap(({ episode }) => {
    const caseId = links.get(episode.id) ?? caseIds.get(episode.id)
    return asks(episode) && caseId ? [{ caseId, severity: worstOf(episode) }] : []
  })
  return [...filed, ...(await book.raise(raised)), ...(await book.withdraw(withdrawn))]
}

/** Whether there is something to have a case about. */
const asks = ({ withdrawnAt, role }: Episode): boolean => withdrawnAt === null && role !== 'member'

const worstOf = ({ severity, grades }: Episode): Severity =>
  SEVERITIES.findLast((each) => grades.some((grade) => grade.severity === each)) ?? severity

/** One change per episode, the last, with the case that any of them asked for. */
function latestChanges(changes: readonly EpisodeChange[]): readonly EpisodeChange[] {
  const byId = new Map<string, EpisodeChange>()
  for (const change of changes) {
    const openCase = change.openCase ?? byId.get(change.episode.id)?.openCase ?? null
    byId.set(change.episode.id, { episode: change.episode, openCase })
  }
  return [...byId.values()]
}

/** @returns the cases the episodes have already */
async function upsertEpisodes(
  client: Client,
  changes: readonly EpisodeChange[],
  at: EpochMs,
): Promise<ReadonlyMap<string, string | null>> {
  const rows = changes.map(({ episode }) => episodeRow(episode))
  const answer = await client.query<{ id: string; case_id: string | null }>(UPSERT, [
    JSON.stringify(rows),
    formatTimestamp(at),
  ])
  return new Map(answer.rows.map(({ id, case_id }) => [id, case_id]))
}

const COLUMNS = {
  id: 'uuid',
  device_id: 'text',
  rule_id: 'text',
  rule_version: 'integer',
  role: 'text',
  group_id: 'uuid',
  scope: 'text',
  phenomenon: 'text',
  severity: 'text',
  grades: 'jsonb',
  started_at: 'timestamptz',
  confirmed_at: 'timestamptz',
  ended_at: 'timestamptz',
  cleared_at: 'timestamptz',
  withdrawn_at: 'timestamptz',
  evidence: 'jsonb',
} as const
const names = Object.keys(COLUMNS)

const UPSERT = `
  INSERT INTO episode AS e (${names.join(', ')}, created_at, updated_at)
  SELECT ${names.join(', ')}, $2, $2
  FROM json_to_recordset($1) AS given(${Object.entries(COLUMNS)
    .map((column) => column.join(' '))
    .join(', ')})
  ON CONFLICT (id) DO UPDATE SET
    ${names
      .slice(1)
      .map((name) => `${name} = excluded.${name}`)
      .join(', ')},
    updated_at = excluded.updated_at
  RETURNING e.id, e.case_id`

const instant = (at: EpochMs | null): string | null =>
  at === null ? null : formatTimestamp(epochMs(at))

const episodeRow = (episode: Episode): Record<keyof typeof COLUMNS, unknown> => ({
  id: episode.id,
  device_id: episode.deviceId,
  rule_id: episode.ruleId,
  rule_version: episode.ruleVersion,
  role: episode.role,
  group_id: episode.groupId,
  scope: episode.scope,
  phenomenon: episode.phenomenon,
  severity: episode.severity,
  grades: episode.grades,
  started_at: instant(episode.startedAt),
  confirmed_at: instant(episode.confirmedAt),
  ended_at: instant(episode.endedAt),
  cleared_at: instant(episode.clearedAt),
  withdrawn_at: instant(episode.withdrawnAt),
  evidence: episode.evidence,
})
