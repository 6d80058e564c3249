import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { readingTable } from '#model/kind.ts'
import { KINDS } from '#model/kinds.ts'
import { epochMs } from '#model/time.ts'
import { silentLogger } from '#runtime/logger.ts'
import { type Committer, openCommitter } from '#store/committer.ts'
import { History } from '#store/history.ts'
import { CASE_RULES } from '#tests/support/case-rules.ts'
import { freshDatabase, type TestDatabase } from '#tests/support/database.ts'

export const COMMITTER_OPTIONS = { ...CASE_RULES, timeoutMs: 10_000 }

/** Where history starts for those who want all of it. */
export const ALL = { measuredAt: epochMs(0), seq: 0 }

/** A database for the tests of a file and, for each of them, empty tables and a new writer. */
export class CommitterHarness {
  #fresh: TestDatabase | undefined
  #committer: Committer | undefined
  #history: History | undefined

  constructor() {
    beforeAll(async () => {
      this.#fresh = await freshDatabase()
      this.#history = new History(this.#fresh.database.pool)
    })
    afterAll(() => this.#fresh?.drop())
    beforeEach(async () => {
      const tables = [...KINDS.map(readingTable), 'quarantine', 'episode', 'case_record']
      await this.query(tables.map((table) => `DELETE FROM ${table}`).join(';'))
      await this.reopen()
    })
    afterEach(() => this.#committer?.close())
  }

  get fresh(): TestDatabase {
    return present(this.#fresh)
  }

  get committer(): Committer {
    return present(this.#committer)
  }

  get history(): History {
    return present(this.#history)
  }

  /** The number the next commit must have. */
  get next(): number {
    return this.committer.lastNumber + 1
  }

  /** As after a restart. */
  async reopen(): Promise<void> {
    await this.#committer?.close()
    this.#committer = await openCommitter(this.fresh.database, COMMITTER_OPTIONS, silentLogger)
  }

  async query<Row extends Record<string, unknown>>(
    text: string,
    values: readonly unknown[] = [],
  ): Promise<Row[]> {
    return (await this.fresh.database.pool.query<Row>(text, [...values])).rows
  }

  async count(table: string): Promise<number> {
    const [row] = await this.query<{ n: number }>(`SELECT count(*) AS n FROM ${table}`)
    return row?.n ?? -1
  }
}

function present<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('only within a test')
  return value
}
