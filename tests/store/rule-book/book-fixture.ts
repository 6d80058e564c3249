import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import type { RuleBookSnapshot } from '#model/rule-book.ts'
import { systemClock } from '#runtime/clock.ts'
import { silentLogger } from '#runtime/logger.ts'
import { RuleBook } from '#store/rule-book/rule-book.ts'
import type { SeedReport } from '#store/rule-book/seed-library.ts'
import { freshDatabase, type TestDatabase } from '#tests/support/database.ts'
import { testLanguage } from '#tests/support/rule-language.ts'

/** Of the rules that `tiltRule` writes. */
export const ID = 'cover-askew'
export const by = { author: 'Li Wei' }

/** A book of its own for each test of a file, empty at its beginning. */
export function eachWithBook() {
  let fresh: TestDatabase
  let book: RuleBook
  let heard: RuleBookSnapshot[]
  const open = (): Promise<RuleBook> =>
    RuleBook.open({
      pool: fresh.database.pool,
      language: testLanguage,
      clock: systemClock,
      log: silentLogger,
    })
  beforeAll(async () => {
    fresh = await freshDatabase()
  })
  afterAll(() => fresh.drop())
  beforeEach(async () => {
    await fresh.database.pool.query(
      `alter table rule_version disable trigger all; alter table rule_change disable trigger all;
       delete from rule_override; delete from rule; delete from rule_version;
       delete from rule_change;
       alter table rule_version enable trigger all; alter table rule_change enable trigger all`,
    )
    book = await open()
    heard = []
    book.onChange((snapshot) => heard.push(snapshot))
  })
  afterEach(() => book.close())
  return {
    get book() {
      return book
    },
    /** What a listener was told. */
    get heard() {
      return heard
    },
    query: (text: string) => fresh.database.pool.query(text),
    ship: (...documents: string[]): Promise<SeedReport> =>
      book.seed(documents.map((text, at) => ({ name: `${at}.yaml`, text }))),
    async restart(): Promise<void> {
      book.close()
      book = await open()
    },
  }
}
