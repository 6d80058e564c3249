import type { EpochMs } from '#model/time.ts'
import type { Session } from '#store/query.ts'

/** What decides the number of a case. */
export interface Numbered {
  /** 6 digits. */
  readonly district: string
  readonly reportedAt: EpochMs
}

/**
 * Gives cases their numbers: 6 digits of the district, 8 of the date in the city's zone, 5 of the
 * serial of that day. A number is never given twice, also when the case is withdrawn.
 */
export class CaseNumbers {
  readonly #date: Intl.DateTimeFormat

  constructor(timeZone: string) {
    // The Swedish way to write a date is that of ISO 8601.
    this.#date = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' })
  }

  /** In the order of the cases, within the transaction that opens them. */
  async take(session: Session, cases: readonly Numbered[]): Promise<readonly string[]> {
    const days = cases.map(({ district, reportedAt }) => this.#dayOf(district, reportedAt))
    const counts = new Map<string, { district: string; date: string; count: number }>()
    for (const { district, date } of days) {
      const key = `${district} ${date}`
      counts.set(key, { district, date, count: (counts.get(key)?.count ?? 0) + 1 })
    }
    const next = await this.#reserve(session, [...counts.values()])
    return days.map(({ district, date }) => {
      const key = `${district} ${date}`
      const serial = next.get(key) as number
      next.set(key, serial + 1)
      return `${district}${date.replaceAll('-', '')}${String(serial).padStart(5, '0')}`
    })
  }

  #dayOf(district: string, at: EpochMs): { readonly district: string; readonly date: string } {
    return { district, date: this.#date.format(at) }
  }

  /** @returns the first serial of each day that is ours now */
  async #reserve(
    session: Session,
    days: readonly { readonly district: string; readonly date: string; readonly count: number }[],
  ): Promise<Map<string, number>> {
    // In one order, so that two transactions cannot wait for each other.
    const sorted = days.toSorted((a, b) => (a.district + a.date < b.district + b.date ? -1 : 1))
    const { rows } = await session.query<{ district: string; date: string; last: number }>(
      `INSERT INTO case_serial (district, date, last)
       SELECT * FROM unnest($1::text[], $2::date[], $3::integer[])
       ON CONFLICT (district, date) DO UPDATE SET last = case_serial.last + excluded.last
       RETURNING district, date::text AS date, last`,
      [
        sorted.map(({ district }) => district),
        sorted.map(({ date }) => date),
        sorted.map(({ count }) => count),
      ],
    )
    const counts = new Map(days.map(({ district, date, count }) => [`${district} ${date}`, count]))
    return new Map(
      rows.map(({ district, date, last }) => {
        const key = `${district} ${date}`
        return [key, last - (counts.get(key) ?? 0) + 1]
      }),
    )
  }
}
