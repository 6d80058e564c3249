import { v7 as uuidv7 } from 'uuid'
import type { CaseStep } from '#cases/case-step.ts'
import type { CaseLaw } from '#cases/law.ts'
import type { Case } from '#model/case.ts'
import type { CaseEvent, CaseOrigin } from '#model/case-event.ts'
import type { CaseChange } from '#model/commit.ts'
import { Broken, Unavailable } from '#model/error.ts'
import type { EpochMs } from '#model/time.ts'
import { CASE_COLUMNS, type CaseRow, caseRecord, toCase } from '#store/case-row.ts'
import { sqlState, UNIQUE_VIOLATION } from '#store/database-error.ts'
import type { Session } from '#store/query.ts'
import { writeEvents } from './case-events.ts'

/**
 * The cases of one transaction: read under lock, changed by steps, and written with their events,
 * all at once in the end. What `pg` throws it throws.
 */
export class CaseSheet {
  readonly #session: Session
  readonly #law: Pick<CaseLaw, 'blank' | 'applyEvent'>
  readonly #at: EpochMs
  readonly #cases = new Map<string, Case>()
  readonly #new = new Set<string>()
  readonly #changed = new Set<string>()
  readonly #events: CaseEvent[] = []
  readonly #changes: CaseChange[] = []

  constructor(session: Session, law: Pick<CaseLaw, 'blank' | 'applyEvent'>, at: EpochMs) {
    this.#session = session
    this.#law = law
    this.#at = at
  }

  /** Locks what a condition finds, in one order, so that two of us never wait for each other. */
  async load(condition: string, values: readonly unknown[]): Promise<readonly Case[]> {
    const { rows } = await this.#session.query<CaseRow>(
      `SELECT c.* FROM case_record c WHERE ${condition} ORDER BY c.id FOR UPDATE OF c`,
      [...values],
    )
    return rows.map((row) => {
      const known = this.#cases.get(row.id)
      if (known) return known
      const found = toCase(row)
      this.#cases.set(found.id, found)
      return found
    })
  }

  /** As it is now; it must have been loaded, or opened here. */
  get(id: string): Case {
    const found = this.#cases.get(id)
    if (!found) throw new Broken('internal', `case ${id} was not loaded`)
    return found
  }

  find(id: string): Case | undefined {
    return this.#cases.get(id)
  }

  /** What happened in this transaction so far, in order. */
  get changes(): readonly CaseChange[] {
    return this.#changes
  }

  /** A case that its first step opens. */
  open(steps: readonly CaseStep[], origin: CaseOrigin): Case {
    const id = steps[0]?.changes.id
    if (id === undefined)
      throw new Broken('internal', 'a case is opened by a step that gives its id')
    this.#cases.set(id, this.#law.blank)
    this.#new.add(id)
    return this.take(id, steps, origin)
  }

  /** Steps of a case, one event each. */
  take(id: string, steps: readonly CaseStep[], origin: CaseOrigin): Case {
    let current = this.get(id)
    for (const step of steps) {
      const event: CaseEvent = {
        ...step,
        id: uuidv7(),
        caseId: id,
        sequence: current.version + 1,
        at: this.#at,
        origin,
      }
      current = this.#law.applyEvent(current, event)
      this.#events.push(event)
      this.#changes.push({ type: event.type, case: current })
    }
    if (steps.length > 0 && !this.#new.has(id)) this.#changed.add(id)
    this.#cases.set(id, current)
    return current
  }

  /** @throws Unavailable when somebody else opened the same case at this moment: try again */
  async write(): Promise<readonly CaseChange[]> {
    await this.#insert([...this.#new].map((id) => caseRecord(this.get(id))))
    const changed = [...this.#changed].map((id) => caseRecord(this.get(id)))
    if (changed.length > 0) await this.#session.query(UPDATE, [JSON.stringify(changed)])
    await writeEvents(this.#session, this.#events)
    return this.#changes
  }

  async #insert(rows: readonly object[]): Promise<void> {
    if (rows.length === 0) return
    try {
      await this.#session.query(INSERT, [JSON.stringify(rows)])
    } catch (error) {
      if (sqlState(error) !== UNIQUE_VIOLATION) throw error
      throw new Unavailable('database-unavailable', 'a case was opened at the same moment', {
        cause: error,
      })
    }
  }
}

const names = CASE_COLUMNS.map(({ column }) => column)
const GIVEN = `json_to_recordset($1) AS given(${CASE_COLUMNS.map(
  ({ column, type }) => `${column} ${type}`,
).join(', ')})`

const INSERT = `INSERT INTO case_record (${names.join(', ')}) SELECT ${names.join(', ')} FROM ${GIVEN}`
const set = names.filter((name) => name !== 'id')
const UPDATE = `
  UPDATE case_record c SET (${set.join(', ')}) = (${set.map((name) => `given.${name}`).join(', ')})
  FROM ${GIVEN} WHERE c.id = given.id`
