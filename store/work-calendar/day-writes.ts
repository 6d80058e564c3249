import type { CalendarEdit, WorkDay } from '#model/city-calendar.ts'
import { query, type Session } from '#store/query.ts'
import { formatTimestamp } from '#store/timestamp.ts'

/** A day as it was before it was written over; null where the city had declared nothing of it. */
export interface WrittenDay {
  readonly date: string
  readonly before: Pick<WorkDay, 'type' | 'name'> | null
}

// Key of an advisory lock, held to the end of the transaction that takes it.
const CALENDAR = 7_301_024

/** One change of the calendar at a time: they are rare, and tell what was before. */
export const lockCalendar = (session: Session): Promise<unknown> =>
  query(session, `select pg_advisory_xact_lock(${CALENDAR})`)

/** Writes days over those that are declared already. The calendar is locked. */
export async function writeDays(
  session: Session,
  days: readonly WorkDay[],
  { author, updatedAt }: CalendarEdit,
): Promise<readonly WrittenDay[]> {
  const before = await query<WorkDay & { readonly date: string }>(
    session,
    `select to_char(day, 'YYYY-MM-DD') as date, type, name from work_day where day = any($1::date[])`,
    [days.map(({ date }) => date)],
  )
  const known = new Map(before.map(({ date, type, name }) => [date, { type, name }]))
  const changed = days.filter(({ date, type, name }) => {
    const own = known.get(date)
    return own?.type !== type || own.name !== name
  })
  await query(
    session,
    `insert into work_day (day, type, name, author, updated_at)
     select date::date, type, name, $2, $3
       from jsonb_to_recordset($1::jsonb) as given(date text, type text, name text)
     on conflict (day) do update set type = excluded.type, name = excluded.name,
       author = excluded.author, updated_at = excluded.updated_at`,
    [JSON.stringify(changed), author, formatTimestamp(updatedAt)],
  )
  return days.map(({ date }) => ({ date, before: known.get(date) ?? null }))
}

/** Takes back what the city declared of these days; hands back of which there was something. */
export async function deleteDays(
  session: Session,
  dates: readonly string[],
): Promise<readonly string[]> {
  const rows = await query<{ date: string }>(
    session,
    `delete from work_day where day = any($1::date[]) returning to_char(day, 'YYYY-MM-DD') as date`,
    [dates],
  )
  return rows.map(({ date }) => date).sort()
}

/** The days that the city declared of some years. */
export async function datesOfYears(
  session: Session,
  years: readonly number[],
): Promise<readonly string[]> {
  const rows = await query<{ date: string }>(
    session,
    `select to_char(day, 'YYYY-MM-DD') as date from work_day
     where extract(year from day) = any($1) order by day`,
    [years],
  )
  return rows.map(({ date }) => date)
}

/** Says until which year all holidays are there; null takes it back. The calendar is locked. */
export async function writeKnownUntil(
  session: Session,
  year: number | null,
  { author, updatedAt }: CalendarEdit,
): Promise<void> {
  await query(session, 'delete from work_calendar_known')
  if (year === null) return
  await query(
    session,
    'insert into work_calendar_known (until_year, author, updated_at) values ($1, $2, $3)',
    [year, author, formatTimestamp(updatedAt)],
  )
}
