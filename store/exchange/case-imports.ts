import type { Pool, PoolClient } from 'pg'
import { v7 as uuidv7 } from 'uuid'
import type { CaseMoment, CaseWorld } from '#cases/case-world.ts'
import type { CaseLaw } from '#cases/law.ts'
import type { Case } from '#model/case.ts'
import type { CaseChange } from '#model/commit.ts'
import { Rejected } from '#model/error.ts'
import { type ImportReason, REPORTED_ROWS_MAX, type RefusedRow } from '#model/import-report.ts'
import type { CaseImportCount, OutsideRow } from '#model/outside-case.ts'
import type { Principal } from '#model/principal.ts'
import { epochMs } from '#model/time.ts'
import type { Clock } from '#runtime/clock.ts'
import { type CaseRow, toCase } from '#store/case-row.ts'
import { CaseSheet } from '#store/cases/case-sheet.ts'
import type { CaseNumbers } from '#store/commit/case-number.ts'
import { databaseError } from '#store/database-error.ts'
import { inTransaction, query } from '#store/query.ts'
import { type Judged, type JudgeParts, judgeCases, refusedRow } from './judge-cases.ts'
import { keepRecords, keepReports } from './outside-cases.ts'

export interface CaseImportParts extends JudgeParts {
  readonly pool: Pool
  readonly law: CaseLaw
  readonly world: () => CaseWorld
  readonly numbers: CaseNumbers
  readonly clock: Clock
}

export interface CaseImportOptions {
  readonly principal: Principal
  /** Changes nothing, and says what would be. */
  readonly dryRun: boolean
}

/** Rows that are judged and written in one transaction. */
const BATCH_ROWS = 200

// Any number nobody else uses: one batch at a time looks what was taken over, and takes over more.
const TAKING_OVER_LOCK = 7_203_114_528

type Tally = Pick<CaseImportCount, 'opened' | 'updated' | 'unchanged'>

/** Takes over the cases of other systems, and follows those that were taken over before. */
export class CaseImports {
  readonly #parts: CaseImportParts
  readonly #listeners: ((changes: readonly CaseChange[]) => void)[] = []

  constructor(parts: CaseImportParts) {
    this.#parts = parts
  }

  /** Called after each transaction with what it changed. */
  onChange(listener: (changes: readonly CaseChange[]) => void): void {
    this.#listeners.push(listener)
  }

  /**
   * Takes a file row by row, some hundred in each transaction: what was taken stays when a later row
   * is refused, or the file breaks off. The same file again changes nothing.
   *
   * @param count is filled in on the way
   * @throws what the rows throw, and what the database says
   */
  async take(
    rows: AsyncIterable<OutsideRow>,
    options: CaseImportOptions,
    count: CaseImportCount,
  ): Promise<void> {
    const lines = new Map<string, number>()
    for await (const batch of inBatches(rows)) {
      const { tally, refused, changes } = await this.#takeBatch(
        batch.map((row) => withDuplicate(row, lines)),
        options,
      )
      count.opened += tally.opened
      count.updated += tally.updated
      count.unchanged += tally.unchanged
      count.rejected += refused.length
      const room = Math.max(0, REPORTED_ROWS_MAX - count.rows.length)
      count.rows.push(...refused.toSorted((a, b) => a.line - b.line).slice(0, room))
      if (changes.length > 0) for (const listener of this.#listeners) listener(changes)
    }
  }

  async #takeBatch(rows: readonly OutsideRow[], { principal, dryRun }: CaseImportOptions) {
    const now = epochMs(this.#parts.clock.now())
    const { accountId, name, roles } = principal
    const actor = { accountId, name, role: roles[0] ?? 'integration' }
    const moment: CaseMoment = { world: this.#parts.world(), now, actor }
    return await inTransaction(this.#parts.pool, async (client) => {
      if (!dryRun) await query(client, `select pg_advisory_xact_lock(${TAKING_OVER_LOCK})`)
      const sheet = new CaseSheet(client, this.#parts.law, now)
      // Whoever only asks what would be keeps nobody from acting on the cases.
      const load = dryRun
        ? (ids: readonly string[]) => readCases(client, ids)
        : (ids: readonly string[]) => sheet.load('c.id = ANY($1::uuid[])', [ids])
      try {
        const { scope } = principal
        const found = await judgeCases(client, rows, scope, moment.world, this.#parts, load)
        const refused = [...found.refused]
        const tally = await this.#apply(client, sheet, found.judged, moment, dryRun, refused)
        return { tally, refused, changes: dryRun ? [] : await sheet.write() }
      } catch (error) {
        throw databaseError(error)
      }
    })
  }

  /** Opens and follows on the sheet; what the flow refuses is added to `refused`. */
  async #apply(
    client: PoolClient,
    sheet: CaseSheet,
    judged: readonly Judged[],
    moment: CaseMoment,
    dryRun: boolean,
    refused: RefusedRow[],
  ): Promise<Tally> {
    const { law } = this.#parts
    const tally = { opened: 0, updated: 0, unchanged: 0 }
    const numbers = await this.#numbers(client, judged, dryRun)
    const handedOver: Judged[] = []
    const openedNow: Judged[] = []
    for (const each of judged) {
      const { row, handed, caseId, before } = each
      try {
        if (before) {
          const steps = law.follow(before.current, before.handed, handed, moment)
          if (steps.length === 0) tally.unchanged += 1
          else tally.updated += 1
          if (!dryRun) sheet.take(caseId, steps, 'import')
          if (steps.length > 0) handedOver.push(each)
        } else {
          const facts = { id: caseId, number: numbers.get(caseId) ?? '' }
          const steps = law.takeOver(handed, facts, moment)
          tally.opened += 1
          if (!dryRun) sheet.open(steps, 'import')
          handedOver.push(each)
          openedNow.push(each)
        }
      } catch (error) {
        if (!(error instanceof Rejected)) throw error
        refused.push(refusedRow({ ...row, reasons: [reasonOf(error)] }))
      }
    }
    if (!dryRun) await this.#keep(client, sheet, handedOver, openedNow, moment)
    return tally
  }

  /** Each has the date of its report, as cases of our own have. */
  async #numbers(
    client: PoolClient,
    judged: readonly Judged[],
    dryRun: boolean,
  ): Promise<ReadonlyMap<string, string>> {
    const fresh = dryRun ? [] : judged.filter(({ before }) => before === undefined)
    const taken = await this.#parts.numbers.take(
      client,
      fresh.map(({ handed: { record, known } }) => ({
        district: known.district,
        reportedAt: record.reportedAt,
      })),
    )
    return new Map(fresh.map(({ caseId }, index) => [caseId, taken[index] as string]))
  }

  async #keep(
    client: PoolClient,
    sheet: CaseSheet,
    handedOver: readonly Judged[],
    opened: readonly Judged[],
    { now, actor }: CaseMoment,
  ): Promise<void> {
    const records = handedOver.map(({ handed: { record }, caseId }) => ({
      record,
      caseId,
      version: sheet.get(caseId).version,
    }))
    await keepRecords(client, records, now, actor.name)
    const reports = opened.map(({ handed: { record }, caseId }) => ({
      record,
      caseId,
      reportId: uuidv7(),
    }))
    await keepReports(client, reports)
  }
}

/** A number stands once in a file: the rows after the first are refused. */
function withDuplicate(row: OutsideRow, lines: Map<string, number>): OutsideRow {
  if (row.value === null) return row
  const key = JSON.stringify([row.value.system, row.value.number])
  const first = lines.get(key)
  if (first === undefined) {
    lines.set(key, row.line)
    return row
  }
  const detail = `${row.value.number} stands on line ${first} already`
  return { ...row, reasons: [...row.reasons, { code: 'duplicate', detail }] }
}

async function readCases(client: PoolClient, ids: readonly string[]): Promise<readonly Case[]> {
  const text = 'select * from case_record where id = any($1::uuid[])'
  return (await query<CaseRow>(client, text, [ids])).map(toCase)
}

const reasonOf = ({ code, message }: Rejected): ImportReason => ({
  code: code === 'conflict' ? 'went-on-here' : 'bad-value',
  detail: message,
})

async function* inBatches(rows: AsyncIterable<OutsideRow>): AsyncGenerator<OutsideRow[]> {
  let batch: OutsideRow[] = []
  for await (const row of rows) {
    batch.push(row)
    if (batch.length < BATCH_ROWS) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}
