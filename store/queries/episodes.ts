import type { Pool } from 'pg'
import type { CaseState } from '#model/case-state.ts'
import type { Episode } from '#model/episode.ts'
import { type Scope, WHOLE_CITY } from '#model/principal.ts'
import type { EpochMs } from '#model/time.ts'
import { EPISODE_COLUMNS, type EpisodeRow, toEpisode } from '#store/episode-row.ts'
import { query } from '#store/query.ts'
import { formatTimestamp } from '#store/timestamp.ts'
import { Conditions } from './conditions.ts'
import { decodeCursor, type Page, type PageRequest, rowsFor, toPage } from './page.ts'
import { addDeviceScope } from './scope.ts'

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
  /** Also what began before `from` and was not cleared by then. */
  readonly standing?: boolean | undefined
  /** Of what is seen by its device; everything when absent. */
  readonly scope?: Scope | undefined
}

interface RecordRow extends EpisodeRow {
  readonly case_id: string | null
}

/** A span in which something was wrong, and the case it led to. */
export interface EpisodeWithCase
  extends Pick<Episode, 'deviceId' | 'role' | 'scope' | 'startedAt' | 'clearedAt'> {
  readonly case: { readonly number: string; readonly state: CaseState } | null
}

type EpisodeWithCaseRow = Pick<
  EpisodeRow,
  'device_id' | 'role' | 'scope' | 'started_at' | 'cleared_at'
> & {
  readonly number: string | null
  readonly state: CaseState
}

/** An episode, its case as it is now, and whether that was opened for another episode. */
export interface EpisodeOfCase {
  readonly episode: Episode
  readonly case: { readonly id: string; readonly number: string; readonly state: CaseState } | null
  readonly joined: boolean
}

interface EpisodeOfCaseRow extends RecordRow {
  readonly number: string
  readonly state: CaseState
  readonly opener: string | null
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

    /** Of some phenomena, active within a span and not withdrawn, with what came of their cases. */
    async ofPhenomena(
      phenomena: readonly string[],
      { from, to }: { readonly from: EpochMs; readonly to: EpochMs },
    ): Promise<readonly EpisodeWithCase[]> {
      const rows = await query<EpisodeWithCaseRow>(
        pool,
        `select e.device_id, e.role, e.scope, e.started_at, e.cleared_at, c.number, c.state
         from episode e left join case_record c on c.id = e.case_id
         where e.phenomenon = any($1) and e.withdrawn_at is null
           and e.confirmed_at < $3 and (e.cleared_at is null or e.cleared_at >= $2)
         order by e.started_at, e.id`,
        [phenomena, formatTimestamp(from), formatTimestamp(to)],
      )
      return rows.map((row) => ({
        deviceId: row.device_id,
        role: row.role,
        scope: row.scope,
        startedAt: row.started_at,
        clearedAt: row.cleared_at,
        case: row.number === null ? null : { number: row.number, state: row.state },
      }))
    },

    /** One episode with its case; `joined`: that was opened for another one. */
    async find(id: string): Promise<EpisodeOfCase | undefined> {
      const [row] = await query<EpisodeOfCaseRow>(
        pool,
        `select ${EPISODE_COLUMNS.replaceAll(/\w+/g, 'e.$&')}, c.id as case_id, c.number,
           c.state, c.basis ->> 'episodeId' as opener
         from episode e left join case_record c on c.id = e.case_id where e.id = $1`,
        [id],
      )
      if (!row) return undefined
      const { case_id, number, state, opener } = row
      return {
        episode: toEpisode(row),
        case: case_id === null ? null : { id: case_id, number, state },
        joined: case_id !== null && opener !== null && opener !== id,
      }
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
  addDeviceScope(where, filter.scope ?? WHOLE_CITY, 'device_id')
  if (filter.state) where.add(STATES[filter.state])
  if (filter.from !== undefined) {
    const from = formatTimestamp(filter.from)
    if (filter.standing) where.add('(cleared_at is null or cleared_at >= ?)', from)
    else where.add('started_at >= ?', from)
  }
  if (filter.to !== undefined) where.add('started_at < ?', formatTimestamp(filter.to))
  if (after) where.add('(started_at, id) < (?, ?)', ...after)
  return {
    text: `select ${EPISODE_COLUMNS}, case_id from episode ${where.clause()}
      order by started_at desc, id desc limit ${rowsFor(filter.limit)}`,
    values: where.values,
  }
}
