import type { Pool } from 'pg'
import {
  type CityCalendar,
  type CityCalendarChanges,
  cityCalendar,
  type DeclaredDay,
} from '#model/city-calendar.ts'
import { messageOf } from '#model/error.ts'
import type { EpochMs } from '#model/time.ts'
import type { SpecialDay } from '#model/work-calendar.ts'
import type { WorkPeriods } from '#model/work-periods.ts'
import type { Logger } from '#runtime/logger.ts'
import { query, type Session } from '#store/query.ts'
import { ReadBack } from '#store/read-back.ts'

interface EditRow {
  readonly author: string
  readonly updated_at: EpochMs
}

interface DayRow extends EditRow {
  readonly date: string
  readonly type: SpecialDay
  readonly name: string
}

interface HoursRow extends EditRow {
  readonly periods: WorkPeriods
  readonly hours_per_working_day: number
}

interface KnownRow extends EditRow {
  readonly until_year: number
}

/** It is small, and read back whole. */
const WHOLE = ['work calendar']

/**
 * The calendar of the city in memory, for rules and deadlines that cannot wait for a query. It follows
 * the writes of this process: it is read back after each commit, one refresh at a time.
 */
export class CalendarDirectory {
  readonly #session: Session
  readonly #listeners = new Set<() => void>()
  readonly #readBack: ReadBack
  #city: CityCalendar

  private constructor(session: Session, city: CityCalendar, log: Logger) {
    this.#session = session
    this.#city = city
    this.#readBack = new ReadBack(
      () => this.#read(),
      (error) => log.warn({ reason: messageOf(error) }, 'the work calendar in memory is behind'),
    )
  }

  static async open(pool: Pool, log: Logger): Promise<CalendarDirectory> {
    return new CalendarDirectory(pool, cityCalendar(await readChanges(pool)), log)
  }

  /** Another object after every change. */
  get city(): CityCalendar {
    return this.#city
  }

  /** Hears of every change; the result stops it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /**
   * Reads the calendar back after a commit. It never fails: what cannot be read now is read as soon
   * as the database answers again.
   */
  refresh(): Promise<void> {
    return this.#readBack.refresh(WHOLE)
  }

  close(): void {
    this.#readBack.close()
    this.#listeners.clear()
  }

  async #read(): Promise<void> {
    const changes = await readChanges(this.#session)
    if (JSON.stringify(changes) === JSON.stringify(this.#city.changes)) return
    this.#city = cityCalendar(changes)
    for (const listener of this.#listeners) listener()
  }
}

/** What a city has declared of its own. */
export async function readChanges(session: Session): Promise<CityCalendarChanges> {
  const days = await query<DayRow>(
    session,
    `select to_char(day, 'YYYY-MM-DD') as date, type, name, author, updated_at
     from work_day order by day`,
  )
  const [hours] = await query<HoursRow>(
    session,
    'select periods, hours_per_working_day, author, updated_at from work_hours',
  )
  const [known] = await query<KnownRow>(
    session,
    'select until_year, author, updated_at from work_calendar_known',
  )
  return {
    days: days.map(({ updated_at, ...day }): DeclaredDay => ({ ...day, updatedAt: updated_at })),
    hours: hours
      ? {
          periods: hours.periods,
          hoursPerWorkingDay: hours.hours_per_working_day,
          ...editOf(hours),
        }
      : null,
    knownUntil: known ? { year: known.until_year, ...editOf(known) } : null,
  }
}

const editOf = ({ author, updated_at }: EditRow) => ({ author, updatedAt: updated_at })
