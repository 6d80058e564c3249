import type { Client } from 'pg'
import type { CaseChange, Commit, EpisodeChange } from '#model/commit.ts'
import type { Episode, EpisodeRole } from '#model/episode.ts'
import { SEVERITIES, type Severity } from '#model/rule.ts'
import { type EpochMs, epochMs } from '#model/time.ts'
import { formatTimestamp } from '#store/timestamp.ts'
import { CaseBook, type CaseRules } from './case-book.ts'
import { type EpisodeBefore, notesOfEpisode, stands } from './episode-notes.ts'

/**
 * Writes episodes and what follows from them for cases: a confirmed one joins the open case of its
 * object and phenomenon or opens one, and raises it where it is worse; a case all of whose episodes
 * were withdrawn, or came to be about several devices, is withdrawn unless somebody has acted. All
 * of it is noted on the cases.
 */
export async function writeEpisodeChanges(
  client: Client,
  commit: Commit,
  rules: CaseRules,
): Promise<readonly CaseChange[]> {
  if (commit.episodes.length === 0) return []
  const changes = latestChanges(commit.episodes)
  const stored = await upsertEpisodes(client, changes, commit.at)
  const caseIdOf = ({ id }: Episode): string | null => stored.get(id)?.case_id ?? null
  const filings = changes.flatMap(({ episode, openCase }) =>
    openCase === null || !stands(episode)
      ? []
      : [{ episodeId: episode.id, caseId: caseIdOf(episode), proposal: openCase }],
  )
  const known = changes.flatMap(({ episode }) => caseIdOf(episode) ?? [])
  if (filings.length === 0 && known.length === 0) return []
  const book = new CaseBook(client, commit.at, rules)
  await book.load(known, filings)
  const links = await book.file(filings)
  book.raise(
    changes.flatMap(({ episode }) => {
      const caseId = links.get(episode.id) ?? caseIdOf(episode)
      if (!stands(episode) || caseId === null) return []
      return [{ episodeId: episode.id, caseId, severity: worstOf(episode) }]
    }),
  )
  const left = changes.flatMap(({ episode }) => (stands(episode) ? [] : (caseIdOf(episode) ?? [])))
  const standing = await book.standing(left)
  for (const { episode } of changes) {
    const before = stored.get(episode.id)
    if (!before?.case_id || links.has(episode.id)) continue
    for (const each of notesOfEpisode(toBefore(before), episode, before.case_id, standing)) {
      book.note(each)
    }
  }
  book.withdraw(standing)
  return await book.write()
}

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

/** What was stored of an episode before this commit, and its case. */
interface StoredRow {
  readonly id: string
  readonly case_id: string | null
  readonly role: EpisodeRole
  readonly withdrawn_at: EpochMs | null
  readonly started_at: EpochMs
  readonly confirmed_at: EpochMs
  readonly ended_at: EpochMs | null
  readonly cleared_at: EpochMs | null
}

const toBefore = (row: StoredRow): EpisodeBefore => ({
  role: row.role,
  withdrawnAt: row.withdrawn_at,
  startedAt: row.started_at,
  confirmedAt: row.confirmed_at,
  endedAt: row.ended_at,
  clearedAt: row.cleared_at,
})

/** @returns those that were there already, as they were */
async function upsertEpisodes(
  client: Client,
  changes: readonly EpisodeChange[],
  at: EpochMs,
): Promise<ReadonlyMap<string, StoredRow>> {
  const rows = changes.map(({ episode }) => episodeRow(episode))
  const answer = await client.query<StoredRow>(UPSERT, [JSON.stringify(rows), formatTimestamp(at)])
  return new Map(answer.rows.map((row) => [row.id, row]))
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

// The statement reads `episode` as it was before the statement itself; nobody else writes to it.
const UPSERT = `
  WITH written AS (
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
  RETURNING e.id)
  SELECT before.id, before.case_id, before.role, before.withdrawn_at, before.started_at,
    before.confirmed_at, before.ended_at, before.cleared_at
  FROM written JOIN episode before ON before.id = written.id`

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
