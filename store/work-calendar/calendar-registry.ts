import type { Pool, PoolClient } from 'pg'
import type { CalendarImportReport } from '#model/calendar-import.ts'
import type { CalendarEdit, WorkDay, WorkHours } from '#model/city-calendar.ts'
import { Rejected } from '#model/error.ts'
import { isStorable } from '#model/storable.ts'
import { checkWorkHours } from '#model/work-periods.ts'
import type { Clock } from '#runtime/clock.ts'
import { inTransaction, query } from '#store/query.ts'
import { refuse } from '#store/registry/check.ts'
import type { ImportRow } from '#store/registry/import-row.ts'
import { formatTimestamp } from '#store/timestamp.ts'
import type { CalendarDirectory } from './calendar-directory.ts'
import { deleteDays, lockCalendar, writeDays, writeKnownUntil } from './day-writes.ts'
import { checkDay, type DayImport, judgeDays, writeImport } from './import-days.ts'

export interface CalendarRegistryContext {
  readonly pool: Pool
  readonly directory: CalendarDirectory
  readonly clock: Clock
}

/** Changes of the city's calendar. Each is in the directory when it is answered. */
export function createCalendarRegistry({ pool, directory, clock }: CalendarRegistryContext) {
  async function change<Result>(
    author: string,
    work: (client: PoolClient, edit: CalendarEdit) => Promise<Result>,
  ): Promise<Result> {
    if (!isStorable(author)) {
      throw new Rejected('invalid-input', 'the name of the author cannot be stored')
    }
    const result = await inTransaction(pool, async (client) => {
      await lockCalendar(client)
      return work(client, { author, updatedAt: clock.now() })
    })
    await directory.refresh()
    return result
  }

  return {
    /**
     * Declares a day off or worked, over what ships and what was declared. @returns whether the city
     * had declared nothing of it
     *
     * @throws Rejected('invalid-input') with every reason
     */
    async putDay(day: WorkDay, author: string): Promise<boolean> {
      refuse(checkDay({ ...day }))
      const [written] = await change(author, (client, edit) => writeDays(client, [day], edit))
      return written?.before === null
    },

    /** Takes a declared day back to what ships. @throws Rejected('not-found') */
    async removeDay(date: string, author: string): Promise<void> {
      refuse(checkDay({ date, type: 'holiday', name: date }))
      const removed = await change(author, (client) => deleteDays(client, [date]))
      if (removed.length > 0) return
      const sentence = `the city has declared nothing of ${date}; declare it to change what ships`
      throw new Rejected('not-found', sentence, { detail: { date } })
    },

    /** @throws Rejected('invalid-input') naming every fault */
    async putHours({ periods, hoursPerWorkingDay }: WorkHours, author: string): Promise<void> {
      checkWorkHours(periods, hoursPerWorkingDay)
      await change(author, async (client, edit) => {
        await query(client, 'delete from work_hours')
        await query(
          client,
          `insert into work_hours (periods, hours_per_working_day, author, updated_at)
           values ($1, $2, $3, $4)`,
          [JSON.stringify(periods), hoursPerWorkingDay, author, formatTimestamp(edit.updatedAt)],
        )
      })
    },

    /** Says until which year all holidays are there; null leaves it to what ships. */
    async putKnownUntil(year: number | null, author: string): Promise<void> {
      await change(author, (client, edit) => writeKnownUntil(client, year, edit))
    },

    /**
     * Declares many days at once, all of them or none.
     *
     * @throws Rejected('too-large'), and what the rows throw
     */
    async importDays(
      rows: AsyncIterable<ImportRow>,
      order: DayImport,
      author: string,
    ): Promise<CalendarImportReport> {
      const judged = await judgeDays(rows)
      let report: CalendarImportReport | undefined
      try {
        return await change(author, async (client, edit) => {
          report = await writeImport(client, judged, order, edit)
          if (!report.committed) throw new NothingKept()
          return report
        })
      } catch (error) {
        if (error instanceof NothingKept && report) return report
        throw error
      }
    },
  }
}

/** Undoes the transaction of an import that keeps nothing. */
class NothingKept extends Error {}
