import type { Pool } from 'pg'
import type { Case, CaseNote, CaseNoteDetail, CaseNoteType } from '#model/case.ts'
import { Rejected } from '#model/error.ts'
import type { EpochMs } from '#model/time.ts'
import { type CaseRow, toCase } from '#store/case-row.ts'
import { query } from '#store/query.ts'
import { formatTimestamp } from '#store/timestamp.ts'
import { Conditions } from './conditions.ts'
import { decodeCursor, type Page, type PageRequest, rowsFor, toPage } from './page.ts'

export interface CaseFilter extends PageRequest {
  readonly state?: string | undefined
  readonly kind?: string | undefined
  readonly severity?: string | undefined
  readonly deviceId?: string | undefined
  readonly partId?: string | undefined
  readonly gridCode?: string | undefined
  readonly district?: string | undefined
  /** Of `reportedAt`, inclusive and exclusive. */
  readonly from?: EpochMs | undefined
  readonly to?: EpochMs | undefined
}

interface NoteRow {
  readonly at: EpochMs
  readonly type: CaseNoteType
  readonly episode_id: string | null
  readonly detail: CaseNoteDetail
}

/** Cases, the newest first. */
export function createCaseQueries(pool: Pool) {
  return {
    async list(filter: CaseFilter): Promise<Page<Case>> {
      const { text, values } = casePage(filter)
      const rows = await query<CaseRow>(pool, text, values)
      return toPage(rows, filter.limit, toCase, (row) => [formatTimestamp(row.reported_at), row.id])
    },

    /** By id or by its 19-digit number. @throws Rejected('not-found') */
    async get(idOrNumber: string): Promise<Case> {
      const column = /^[0-9]{19}$/.test(idOrNumber) ? 'number' : 'id'
      const [row] = await query<CaseRow>(pool, `select * from case_record where ${column} = $1`, [
        idOrNumber,
      ])
      if (!row) throw new Rejected('not-found', `there is no case ${idOrNumber}`)
      return toCase(row)
    },

    /** What was noted on a case, in the order in which it was. */
    async notes(caseId: string): Promise<readonly CaseNote[]> {
      const rows = await query<NoteRow>(
        pool,
        'select at, type, episode_id, detail from case_note where case_id = $1 order by id',
        [caseId],
      )
      return rows.map(({ episode_id, ...note }) => ({ ...note, episodeId: episode_id }))
    },
  }
}

export function casePage(filter: CaseFilter) {
  const after = decodeCursor(filter.after, ['string', 'string'])
  const where = new Conditions()
    .addGiven('state = ?', filter.state)
    .addGiven('kind = ?', filter.kind)
    .addGiven('severity = ?', filter.severity)
    .addGiven('device_id = ?', filter.deviceId)
    .addGiven('part_id = ?', filter.partId)
    .addGiven('grid_code = ?', filter.gridCode)
    .addGiven('district = ?', filter.district)
  if (filter.from !== undefined) where.add('reported_at >= ?', formatTimestamp(filter.from))
  if (filter.to !== undefined) where.add('reported_at < ?', formatTimestamp(filter.to))
  if (after) where.add('(reported_at, id) < (?, ?)', ...after)
  return {
    text: `select * from case_record ${where.clause()}
      order by reported_at desc, id desc limit ${rowsFor(filter.limit)}`,
    values: where.values,
  }
}
