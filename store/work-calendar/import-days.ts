import type { PoolClient } from 'pg'
import {
  CALENDAR_ROWS_MAX,
  type CalendarImportReport,
  type DayOutcome,
} from '#model/calendar-import.ts'
import { type CalendarEdit, dateFault, type WorkDay, WorkDaySchema } from '#model/city-calendar.ts'
import { Rejected } from '#model/error.ts'
import type { ImportReason } from '#model/import-report.ts'
import { registryCheck } from '#store/registry/check.ts'
import type { ImportRow } from '#store/registry/import-row.ts'
import {
  datesOfYears,
  deleteDays,
  type WrittenDay,
  writeDays,
  writeKnownUntil,
} from './day-writes.ts'

export interface DayImport {
  /** Tells what it would do, and keeps nothing. */
  readonly dryRun: boolean
  /** Takes back what the city declared of the years in the file and the file leaves out. */
  readonly replace: boolean
  /** The last year whose holidays are then all there; undefined: as it was. */
  readonly knownUntilYear: number | undefined
}

interface Judged {
  readonly line: number
  readonly date: string | null
  readonly value: ImportRow['value']
  readonly reasons: readonly ImportReason[]
}

const checkSchema = registryCheck(WorkDaySchema)

/** What is wrong with a day as it was given, every reason at once. */
export function checkDay(value: ImportRow['value']): ImportReason[] {
  const reasons = checkSchema(value)
  const detail = reasons.length === 0 ? dateFault(value.date as string) : undefined
  return detail === undefined ? reasons : [{ code: 'bad-value', field: 'date', detail }]
}

/**
 * Judges rows in their order.
 *
 * @throws Rejected('too-large') when there are more than a calendar has
 */
export async function judgeDays(rows: AsyncIterable<ImportRow>): Promise<readonly Judged[]> {
  const judged: Judged[] = []
  const lines = new Map<string, number>()
  for await (const { line, value, reasons } of rows) {
    if (judged.length === CALENDAR_ROWS_MAX) {
      throw new Rejected('too-large', `a file of days has at most ${CALENDAR_ROWS_MAX} rows`)
    }
    const date = typeof value.date === 'string' ? value.date : null
    const first = date === null ? undefined : lines.get(date)
    const detail = `${date} stands on line ${first} already`
    judged.push({
      line,
      date,
      value,
      reasons: [
        ...reasons,
        ...(reasons.length > 0 && Object.keys(value).length === 0 ? [] : checkDay(value)),
        ...(first === undefined ? [] : [{ code: 'duplicate' as const, detail }]),
      ],
    })
    if (date !== null && first === undefined) lines.set(date, line)
  }
  return judged
}

/**
 * Writes judged rows in a transaction of the caller, who has locked the calendar and undoes it all
 * unless the report is committed.
 */
export async function writeImport(
  client: PoolClient,
  judged: readonly Judged[],
  { dryRun, replace, knownUntilYear }: DayImport,
  edit: CalendarEdit,
): Promise<CalendarImportReport> {
  const days = judged
    .filter(({ reasons }) => reasons.length === 0)
    .map(({ value }) => value as WorkDay)
  const written = await writeDays(client, days, edit)
  const removed = replace ? await removeOthers(client, days) : []
  if (knownUntilYear !== undefined) await writeKnownUntil(client, knownUntilYear, edit)
  const before = new Map(written.map((day) => [day.date, day]))
  const rejected = judged.length - days.length
  return {
    committed: !dryRun && rejected === 0,
    accepted: days.length,
    rejected,
    rows: judged.map(({ line, date, value, reasons }) => ({
      line,
      date,
      outcome: reasons.length > 0 ? 'refused' : outcomeOf(value as WorkDay, before),
      reasons,
    })),
    removed,
  }
}

async function removeOthers(
  client: PoolClient,
  days: readonly WorkDay[],
): Promise<readonly string[]> {
  const given = new Set(days.map(({ date }) => date))
  const years = [...new Set(days.map(({ date }) => Number(date.slice(0, 4))))]
  const declared = await datesOfYears(client, years)
  return deleteDays(
    client,
    declared.filter((date) => !given.has(date)),
  )
}

function outcomeOf(day: WorkDay, written: ReadonlyMap<string, WrittenDay>): DayOutcome {
  const before = written.get(day.date)?.before
  if (!before) return 'added'
  return before.type === day.type && before.name === day.name ? 'same' : 'changed'
}
