import type { Pool } from 'pg'
import type { Episode } from '#model/episode.ts'
import type { EpochMs } from '#model/time.ts'
import { EPISODE_COLUMNS, type EpisodeRow, toEpisode } from '#store/episode-row.ts'
import { query } from '#store/query.ts'
import { formatTimestamp } from '#store/timestamp.ts'
import { Conditions } from './conditions.ts'
import { decodeCursor, type Page, type PageRequest, rowsFor, toPage } from './page.ts'

/** An episode with the case it led to. */
export interface EpisodeRecord extends Episode {
  readonly caseId: string | null
}

export interface EpisodeFilter extends PageRequest {
  readonly deviceId?: string | undefined
  readonly ruleId?: string | undefined
  readonly severity?: string | undefined
  /** Open: neither cleared nor withdrawn. */
  readonly state?: 'open' | 'cleared' | 'withdrawn' | undefined
  /** Of `startedAt`, inclusive and exclusive. */
  readonly from?: EpochMs | undefined
  readonly to?: EpochMs | undefined
}

interface RecordRow extends EpisodeRow {
  readonly case_id: string | null
}

const toRecord = (row: RecordRow): EpisodeRecord => ({ ...toEpisode(row), caseId: row.case_id })

const STATES = {
  open: 'cleared_at is null and withdrawn_at is null',
  cleared: 'cleared_at is not null and withdrawn_at is null',
  withdrawn: 'withdrawn_at is not null',
} as const

/** What the rules found, the newest first. */
export function createEpisodeQueries(pool: Pool) {
  return {
    async list(filter: EpisodeFilter): Promise<Page<EpisodeRecord>> {
      const { text, values } = episodePage(filter)
      const rows = await query<RecordRow>(pool, text, values)
      return toPage(rows, filter.limit, toRecord, (row) => [
        formatTimestamp(row.started_at),
        row.id,
      ])
    },

    /** The episodes behind a case, the oldest first. */
    async ofCase(caseId: string): Promise<readonly EpisodeRecord[]> {
      const rows = await query<RecordRow>(
        pool,
        `select ${EPISODE_COLUMNS}, case_id from episode where case_id = $1
         order by started_at, id`,
        [caseId],
      )
      return rows.map(toRecord)
    },
  }
}

export function episodePage(filter: EpisodeFilter) {
  const after = decodeCursor(filter.after, ['string', 'string'])
  const where = new Conditions()
    .addGiven('device_id = ?', filter.deviceId)
    .addGiven('rule_id = ?', filter.ruleId)
    .addGiven('severity = ?', filter.severity)
  if (filter.state) where.add(STATES[filter.state])
  if (filter.from !== undefined) where.add('started_at >= ?', formatTimestamp(filter.from))
  if (filter.to !== undefined) where.add('started_at < ?', formatTimestamp(filter.to))
  if (after) where.add('(started_at, id) < (?, ?)', ...after)
  return {
    text: `select ${EPISODE_COLUMNS}, case_id from episode ${where.clause()}
      order by started_at desc, id desc limit ${rowsFor(filter.limit)}`,
    values: where.values,
  }
}
