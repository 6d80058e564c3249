import { randomUUID } from 'node:crypto'
import { query, type Session } from './query.ts'

/** One process's claim to keep a summary of readings: what it is told of, no other process is. */
export class SummaryOwner {
  readonly #summary: string
  readonly #owner = randomUUID()

  constructor(summary: 'top' | 'day') {
    this.#summary = summary
  }

  /** Whether the owner before has ended in good order, so that what it left is all of it. */
  async claim(session: Session): Promise<boolean> {
    const rows = await query<{ is_settled: boolean }>(
      session,
      `update reading_summary_owner as now set is_settled = false, owner = $1
       from reading_summary_owner as before
       where now.summary = $2 and before.summary = $2 returning before.is_settled`,
      [this.#owner, this.#summary],
    )
    return rows[0]?.is_settled ?? false
  }

  /** Ends in good order; false where another has claimed it meanwhile. */
  async settle(session: Session): Promise<boolean> {
    const rows = await query(
      session,
      `update reading_summary_owner set is_settled = true
       where owner = $1 and summary = $2 returning summary`,
      [this.#owner, this.#summary],
    )
    return rows.length > 0
  }
}
