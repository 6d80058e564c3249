import type { Pool } from 'pg'
import { Rejected } from '#model/error.ts'
import type { BookedTests } from '#model/rule-book.ts'
import { isStorable } from '#model/storable.ts'
import type { EpochMs } from '#model/time.ts'
import type { Clock } from '#runtime/clock.ts'
import { inTransaction, query, type Session } from '#store/query.ts'
import { formatTimestamp } from '#store/timestamp.ts'
import { lockBook, logChange, requireRule } from './book-writes.ts'

export interface RuleTestsParts {
  readonly pool: Pool
  /** Tests that came along, by the id of their rule. */
  readonly shipped: ReadonlyMap<string, string>
  readonly clock: Clock
}

export interface TestsEdit {
  readonly author: string
  /** Of the tests of the city that the author knows of; 0: none. Another one refuses the change. */
  readonly ifRevision?: number | undefined
}

interface TestsRow {
  readonly document: string
  readonly revision: number
  readonly author: string
  readonly updated_at: EpochMs
}

/** The tests beside each rule: those of the city, else those that came along. */
export class RuleTests {
  readonly #parts: RuleTestsParts

  constructor(parts: RuleTestsParts) {
    this.#parts = parts
  }

  /** @throws Rejected `not-found` */
  async find(ruleId: string): Promise<BookedTests> {
    await requireRule(this.#parts.pool, ruleId)
    return this.#show(ruleId, await rowOf(this.#parts.pool, ruleId))
  }

  /**
   * Keeps the tests of the city; those that came along take their place again when they are given.
   *
   * @throws Rejected `not-found`, `conflict`, `invalid-input`
   */
  async save(ruleId: string, document: string, edit: TestsEdit): Promise<BookedTests> {
    const { pool, shipped, clock } = this.#parts
    const { author, ifRevision } = edit
    if (!isStorable([document, author])) {
      throw new Rejected('invalid-input', 'the tests have characters that cannot be stored')
    }
    const at = clock.now()
    await inTransaction(pool, async (client) => {
      await lockBook(client)
      const { version } = await requireRule(client, ruleId)
      const before = await rowOf(client, ruleId)
      const revision = before?.revision ?? 0
      if (ifRevision !== undefined && ifRevision !== revision) {
        throw new Rejected('conflict', `the tests of ${ruleId} were changed meanwhile`, {
          detail: { ruleId, revision },
        })
      }
      if (document === (before?.document ?? shipped.get(ruleId))) return
      if (document === shipped.get(ruleId)) {
        await query(client, 'delete from rule_test where rule_id = $1', [ruleId])
      } else {
        await query(
          client,
          `insert into rule_test (rule_id, document, revision, author, updated_at)
           values ($1, $2, 1, $3, $4)
           on conflict (rule_id) do update set document = excluded.document,
             revision = rule_test.revision + 1, author = excluded.author,
             updated_at = excluded.updated_at`,
          [ruleId, document, author, formatTimestamp(at)],
        )
      }
      const signature = { author, note: null, at }
      await logChange(client, { ruleId, action: 'tests-changed', version }, signature)
    })
    return this.find(ruleId)
  }

  #show(ruleId: string, row: TestsRow | undefined): BookedTests {
    if (row) {
      const { document, revision, author, updated_at } = row
      return { document, origin: 'city', revision, author, updatedAt: updated_at }
    }
    const document = this.#parts.shipped.get(ruleId) ?? null
    return { document, origin: 'library', revision: 0, author: null, updatedAt: null }
  }
}

async function rowOf(session: Session, ruleId: string): Promise<TestsRow | undefined> {
  const [row] = await query<TestsRow>(
    session,
    'select document, revision, author, updated_at from rule_test where rule_id = $1',
    [ruleId],
  )
  return row
}
