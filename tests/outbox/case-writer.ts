import type { Pool } from 'pg'
import { v7 as uuidv7 } from 'uuid'
import type { EpochMs } from '#model/time.ts'

export interface WrittenEvent {
  readonly id: string
  readonly caseId: string
  readonly sequence: number
}

export interface EventFacts {
  readonly type?: string
  readonly reason?: string | null
  readonly detail?: object
  readonly changes?: object
}

let serial = 0

/** Writes events of cases as the flow does: numbered without a gap, in one statement. */
export class CaseWriter {
  readonly #pool: Pool
  readonly #now: () => EpochMs
  readonly #last = new Map<string, number>()

  constructor(pool: Pool, now: () => EpochMs) {
    this.#pool = pool
    this.#now = now
  }

  async open(facts: EventFacts = {}): Promise<WrittenEvent> {
    const caseId = uuidv7()
    serial += 1
    const opening = {
      id: caseId,
      number: `14080220261125${String(serial).padStart(5, '0')}`,
      state: 'reported',
      kind: 'part',
      title: 'cover open',
      areaCode: '140802001001001',
      reportedAt: this.#now(),
    }
    const [event] = await this.write(caseId, [
      { type: 'opened', ...facts, changes: { ...opening, ...facts.changes } },
    ])
    return event as WrittenEvent
  }

  /** The next events of a case, within a transaction of the caller where there is one. */
  async write(
    caseId: string,
    facts: readonly EventFacts[],
    session: Pick<Pool, 'query'> = this.#pool,
  ): Promise<readonly WrittenEvent[]> {
    const before = this.#last.get(caseId) ?? 0
    const events = facts.map((each, index) => ({
      id: uuidv7(),
      caseId,
      sequence: before + index + 1,
      type: each.type ?? 'noted',
      reason: each.reason ?? null,
      detail: each.detail ?? {},
      changes: each.changes ?? {},
    }))
    this.#last.set(caseId, before + events.length)
    await session.query(
      `insert into case_event
         (id, case_id, sequence, at, type, actor_name, actor_role, origin, reason, detail, changes)
       select id, "caseId", sequence, $2, type, 'Li Wei', 'acceptor', 'api', reason, detail, changes
       from jsonb_to_recordset($1) as each
         (id uuid, "caseId" uuid, sequence integer, type text, reason text, detail jsonb, changes jsonb)
       order by sequence`,
      [JSON.stringify(events), new Date(this.#now()).toISOString()],
    )
    return events
  }
}
