import { openCalendar } from '#cli/service/calendar.ts'
import { epochMs } from '#model/time.ts'
import { silentLogger } from '#runtime/logger.ts'
import { createMetrics } from '#runtime/metrics.ts'
import { freshDatabase } from '#tests/support/database.ts'
import { openTestApi } from './api-fixture.ts'

export const CALENDAR = '/api/v1/work-calendar'

/** A Wednesday in November: the holidays of 2027 should be known and are not. */
export const NOW = epochMs(Date.parse('2026-11-25T09:00:00+08:00'))

interface Day {
  readonly date: string
}

/** The API over the calendar of a city that has changed nothing of what ships. */
export async function openCalendarApi() {
  const db = await freshDatabase()
  const { pool } = db.database
  const metrics = createMetrics()
  const open = () =>
    openCalendar({
      pool,
      timeZone: 'Asia/Shanghai',
      clock: { now: () => NOW },
      log: silentLogger,
      metrics,
    })
  const calendar = await open()
  const api = await openTestApi({ workCalendar: calendar.desk })
  const daysOf = async (year: number): Promise<readonly Day[]> =>
    (await api.call('GET', `${CALENDAR}?year=${year}`)).body.days
  return {
    api,
    calendar,
    metrics,
    /** The calendar as another start of the service finds it. */
    open,
    daysOf,
    dayOf: async (date: string) =>
      (await daysOf(Number(date.slice(0, 4)))).find((day) => day.date === date),
    put: (date: string, type: string, name: string) =>
      api.call('PUT', `${CALENDAR}/days/${date}`, { type, name }),
    send: (file: string | Buffer, query = '', type = 'text/csv') =>
      api.call('POST', `${CALENDAR}/import${query}`, file, { 'content-type': type }),
    show: async () => (await api.call('GET', CALENDAR)).body,
    /** Takes back all changes. */
    async reset() {
      await pool.query('delete from work_day')
      await pool.query('delete from work_hours')
      await calendar.desk.putKnownUntil(null, 'test')
    },
    async close() {
      await api.close()
      calendar.close()
      await db.drop()
    },
  }
}

export type CalendarApi = Awaited<ReturnType<typeof openCalendarApi>>
