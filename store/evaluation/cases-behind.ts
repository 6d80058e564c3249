import type { Pool } from 'pg'
import type { Case } from '#model/case.ts'
import type { CountName } from '#model/evaluation/evaluation-count.ts'
import type { EpochMs } from '#model/time.ts'
import { type CaseRow, toCase } from '#store/case-row.ts'
import { overMany } from '#store/queries/over-many.ts'
import { decodeCursor, type Page, type PageRequest, rowsFor, toPage } from '#store/queries/page.ts'
import { query } from '#store/query.ts'
import { formatTimestamp } from '#store/timestamp.ts'
import { evaluationFacts } from './evaluation-facts.ts'
import type { EvaluationQuestion } from './evaluation-question.ts'

export interface Figure {
  /** Of one row, or of several together; null: of all. */
  readonly keys: readonly string[] | null
  readonly count: CountName
  /** True: without those that are parked. */
  readonly withoutParked: boolean
}

/** The cases that a count counts, the newest first. */
export async function casesBehind(
  pool: Pick<Pool, 'connect'>,
  question: EvaluationQuestion,
  { keys, count, withoutParked }: Figure,
  { limit, after }: PageRequest,
): Promise<Page<Case>> {
  const facts = evaluationFacts(question)
  const values = [...facts.values]
  const next = (value: unknown): string => `$${values.push(value)}`
  const counted = [
    `"${count}"`,
    ...(keys === null ? [] : [`key = any(${next(keys)}::text[])`]),
    ...(withoutParked ? ['not parked'] : []),
  ].join(' and ')
  const cursor = decodeCursor(after, ['string', 'string'])
  const beyond = cursor
    ? `and (c.reported_at, c.id) < (${next(cursor[0])}, ${next(cursor[1])})`
    : ''
  // A case that several accounts worked on is one case of all of them together.
  const text = `select c.* from case_record as c
    where c.id in (select case_id from (${facts.text}) as fact where ${counted}) ${beyond}
    order by c.reported_at desc, c.id desc limit ${rowsFor(limit)}`
  const rows = await overMany(pool, (client) => query<CaseRow>(client, text, values))
  return toPage(rows, limit, toCase, ({ id, ...row }) => [
    formatTimestamp(row['reported_at'] as EpochMs),
    id,
  ])
}
