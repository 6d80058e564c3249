import type { Page, PageRequest } from '#api/paging.ts'
import type { CaseConditions } from '#api/routes/case-routes.ts'
import type { Case } from '#model/case.ts'
import type { ExchangeRow } from './columns.ts'
import { type ExchangeFacts, type ExchangeNames, toRow } from './to-row.ts'

/** What is needed of the cases to write a file of them. */
export interface ExchangeSource {
  list(filter: CaseConditions & PageRequest): Promise<Page<Case>>
  facts(cases: readonly Case[]): Promise<ReadonlyMap<string, ExchangeFacts>>
  readonly names: ExchangeNames
}

/** Cases held in memory at a time while a file of any length is written. */
const CHUNK = 500

/**
 * The cases that a filter finds as rows of a file, the newest first, each chunk read only when the one
 * before was taken. The first is read at once.
 *
 * @throws what reading the first chunk throws
 */
export async function caseChunks(
  source: ExchangeSource,
  conditions: CaseConditions,
  seesReporter: boolean,
): Promise<AsyncIterable<readonly ExchangeRow[]>> {
  const read = async (after: string | undefined) => {
    const page = await source.list({ ...conditions, limit: CHUNK, after })
    const facts = await source.facts(page.items)
    const rows = page.items.map((found) =>
      toRow(found, facts.get(found.id) as ExchangeFacts, source.names, seesReporter),
    )
    return { rows, next: page.next }
  }
  let page = await read(undefined)
  return (async function* () {
    yield page.rows
    while (page.next !== null) {
      page = await read(page.next)
      yield page.rows
    }
  })()
}
