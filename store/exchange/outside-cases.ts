import type { OutsideCase } from '#model/outside-case.ts'
import type { Scope } from '#model/principal.ts'
import type { EpochMs } from '#model/time.ts'
import { CASE_SCOPE } from '#store/queries/cases.ts'
import { Conditions } from '#store/queries/conditions.ts'
import { addScope } from '#store/queries/scope.ts'
import { query, type Session } from '#store/query.ts'
import { formatTimestamp } from '#store/timestamp.ts'

type Named = Pick<OutsideCase, 'system' | 'number'>

/** A case that was taken over before, as it was handed over last. */
export interface TakenOver {
  readonly caseId: string
  readonly record: OutsideCase
}

/** One text for a system and a number there. */
export const outsideKey = ({ system, number }: Named): string => JSON.stringify([system, number])

/** Those of some cases that were taken over before, by {@link outsideKey}. */
export async function findTakenOver(
  session: Session,
  cases: readonly Named[],
): Promise<ReadonlyMap<string, TakenOver>> {
  const rows = await query<{ case_id: string; record: OutsideCase }>(
    session,
    `select o.case_id, o.record from outside_case o
     join unnest($1::text[], $2::text[]) as given(system, number) using (system, number)`,
    [cases.map(({ system }) => system), cases.map(({ number }) => number)],
  )
  return new Map(
    rows.map(({ case_id, record }) => [outsideKey(record), { caseId: case_id, record }]),
  )
}

/**
 * Which of some numbers are of cases of our own, in sight, that nobody handed over. Another Wanmi
 * gives the same numbers to other cases: those were reported at another moment.
 */
export async function findOwn(
  session: Session,
  cases: readonly { readonly number: string | null; readonly reportedAt: EpochMs }[],
  scope: Scope,
): Promise<ReadonlySet<string>> {
  const named = cases.filter(({ number }) => number !== null)
  if (named.length === 0) return new Set()
  const numbers = named.map(({ number }) => number)
  const moments = named.map(({ reportedAt }) => formatTimestamp(reportedAt))
  const where = new Conditions()
    .add('c.number = any(?::text[]) and c.outside_system is null', numbers)
    .add(
      `exists (select from unnest(?::text[], ?::timestamptz[]) as given (number, at)
         where given.number = c.number and given.at = date_trunc('second', c.reported_at))`,
      numbers,
      moments,
    )
  const seen = addScope(where, scope, CASE_SCOPE)
  const text = `select c.number from case_record c ${seen.clause()}`
  const rows = await query<{ number: string }>(session, text, seen.values)
  return new Set(rows.map(({ number }) => number))
}

interface Handed {
  readonly record: OutsideCase
  readonly caseId: string
  readonly version: number
}

/** Keeps what was handed over last, within the transaction that changes the cases. */
export async function keepRecords(
  session: Session,
  handed: readonly Handed[],
  at: EpochMs,
  by: string,
): Promise<void> {
  if (handed.length === 0) return
  const rows = handed.map(({ record, caseId, version }) => ({
    system: record.system,
    number: record.number,
    case_id: caseId,
    version,
    record,
  }))
  await query(
    session,
    `insert into outside_case (system, number, case_id, version, record, handed_at, handed_by)
     select system, number, case_id, version, record, $2, $3 from jsonb_to_recordset($1::jsonb)
       as given(system text, number text, case_id uuid, version integer, record jsonb)
     on conflict (system, number) do update set version = excluded.version,
       record = excluded.record, handed_at = excluded.handed_at, handed_by = excluded.handed_by`,
    [JSON.stringify(rows), formatTimestamp(at), by],
  )
}

interface Opened {
  readonly record: OutsideCase
  readonly caseId: string
  readonly reportId: string
}

/** The report that opened each case, with who made it known to nobody but those who may ask back. */
export async function keepReports(session: Session, opened: readonly Opened[]): Promise<void> {
  if (opened.length === 0) return
  const rows = opened.map(({ record, caseId, reportId }) => ({
    id: reportId,
    case_id: caseId,
    source: record.source,
    kind: record.kind,
    class: record.class,
    condition: record.condition,
    description: record.description ?? record.title ?? '',
    lon_deg: record.place?.lon_deg ?? null,
    lat_deg: record.place?.lat_deg ?? null,
    address: record.address,
    part_id: record.partId,
    reported_at: formatTimestamp(record.reportedAt),
    reporter_name: record.system,
    outside_number: record.number,
    contact_name: record.told.reporter,
  }))
  await query(
    session,
    `insert into case_report (id, case_id, source, kind, class, condition, description, lon_deg,
       lat_deg, address, part_id, reported_at, reporter_name, outside_number, contact_name,
       is_opening)
     select id, case_id, source, kind, class, condition, description, lon_deg, lat_deg, address,
       part_id, reported_at, reporter_name, outside_number, contact_name, true
     from jsonb_to_recordset($1::jsonb) as given(id uuid, case_id uuid, source text, kind text,
       class text, condition text, description text, lon_deg double precision,
       lat_deg double precision, address text, part_id text, reported_at timestamptz,
       reporter_name text, outside_number text, contact_name text)`,
    [JSON.stringify(rows)],
  )
}
