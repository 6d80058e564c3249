import type { NewReport } from '#model/case.ts'
import type { CaseReport } from '#model/case-report.ts'
import type { Principal } from '#model/principal.ts'
import type { EpochMs } from '#model/time.ts'
import { query, type Session } from '#store/query.ts'
import { formatTimestamp } from '#store/timestamp.ts'

interface ReportRow extends Record<string, unknown> {
  readonly id: string
  readonly case_id: string
  readonly lon_deg: number | null
  readonly lat_deg: number | null
  readonly contact_name: string | null
  readonly contact_phone: string | null
}

export const toReport = (row: ReportRow): CaseReport => {
  const { lon_deg, lat_deg, contact_name: name, contact_phone: phone } = row
  return {
    id: row.id,
    caseId: row.case_id,
    source: row['source'] as CaseReport['source'],
    kind: row['kind'] as 'part' | 'event',
    class: row['class'] as string | null,
    condition: row['condition'] as string | null,
    description: row['description'] as string,
    place: lon_deg === null || lat_deg === null ? null : { lon_deg, lat_deg },
    address: row['address'] as string | null,
    partId: row['part_id'] as string | null,
    observedAt: row['observed_at'] as EpochMs | null,
    reportedAt: row['reported_at'] as EpochMs,
    reportedBy: row['reported_by'] as string | null,
    reporterName: row['reporter_name'] as string,
    outsideNumber: row['outside_number'] as string | null,
    contact: name === null && phone === null ? null : { name, phone },
    attachments: row['attachments'] as readonly string[],
    isOpening: row['is_opening'] as boolean,
  }
}

/** By the reporter's own key; undefined also where there is none. */
export async function findReport(
  session: Session,
  key: string | null,
  reporter: Principal,
): Promise<CaseReport | undefined> {
  if (key === null) return undefined
  const [row] = await query<ReportRow>(
    session,
    `select * from case_report
     where reporter_key = $1 and coalesce(reported_by::text, reporter_name) = $2`,
    [key, reporter.accountId ?? reporter.name],
  )
  return row && toReport(row)
}

/** Of a case, in the order in which they came. */
export async function reportsOf(session: Session, caseId: string): Promise<readonly CaseReport[]> {
  const text = 'select * from case_report where case_id = $1 order by reported_at, id'
  return (await query<ReportRow>(session, text, [caseId])).map(toReport)
}

interface NewRecord {
  readonly report: NewReport
  readonly reportId: string
  readonly caseId: string
  readonly now: EpochMs
  readonly principal: Principal
  readonly isOpening: boolean
}

export async function insertReport(session: Session, given: NewRecord): Promise<void> {
  const { report, reportId, caseId, now, principal, isOpening } = given
  const columns = {
    id: reportId,
    case_id: caseId,
    source: report.source,
    kind: report.kind,
    class: report.class,
    condition: report.condition,
    description: report.description,
    lon_deg: report.place?.lon_deg ?? null,
    lat_deg: report.place?.lat_deg ?? null,
    address: report.address,
    part_id: report.partId,
    observed_at: report.observedAt === null ? null : formatTimestamp(report.observedAt),
    reported_at: formatTimestamp(now),
    reported_by: principal.accountId,
    reporter_name: principal.name,
    outside_number: report.outsideNumber,
    contact_name: report.contact?.name ?? null,
    contact_phone: report.contact?.phone ?? null,
    attachments: report.attachments,
    reporter_key: report.key,
    is_opening: isOpening,
  }
  const names = Object.keys(columns)
  await query(
    session,
    `insert into case_report (${names.join(', ')})
     values (${names.map((_, index) => `$${index + 1}`).join(', ')})`,
    Object.values(columns),
  )
}
