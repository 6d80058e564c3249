import type { Pool, PoolClient } from 'pg'
import type { Case } from '#model/case.ts'
import type { CaseBasis } from '#model/case-basis.ts'
import type { CaseEvent } from '#model/case-event.ts'
import {
  CASE_STATES,
  type CaseStage,
  type CaseState,
  OPEN_CASE_STATES,
  stageOf,
} from '#model/case-state.ts'
import { Rejected } from '#model/error.ts'
import type { Scope } from '#model/principal.ts'
import type { DurationMs, EpochMs } from '#model/time.ts'
import { type CaseRow, toCase } from '#store/case-row.ts'
import { readEvents } from '#store/cases/case-events.ts'
import { query } from '#store/query.ts'
import { formatTimestamp } from '#store/timestamp.ts'
import {
  addText,
  firstOfSomeWith,
  firstWith,
  isDigits,
  LOOKED_THROUGH,
  LOOKED_THROUGH_OF_SOME,
} from './case-text.ts'
import { Conditions } from './conditions.ts'
import { overMany } from './over-many.ts'
import { decodeCursor, type Page, type PageRequest, rowsFor, toPage } from './page.ts'
import { addScope, areasApart, type ScopeColumns, withinArea } from './scope.ts'

export interface CaseConditions {
  readonly scope: Scope
  readonly state?: readonly CaseState[] | undefined
  readonly stage?: CaseStage | undefined
  readonly kind?: string | undefined
  readonly source?: string | undefined
  readonly severity?: string | undefined
  readonly class?: string | undefined
  readonly condition?: string | undefined
  readonly deviceId?: string | undefined
  readonly partId?: string | undefined
  readonly departmentId?: string | undefined
  readonly inspectorId?: string | undefined
  readonly masterId?: string | undefined
  readonly outsideNumber?: string | undefined
  /** The beginning of an area code. */
  readonly area?: string | undefined
  /** True: what is to be done now, or the whole case, is overdue. */
  readonly overdue?: boolean | undefined
  /** Of the deadline of what is to be done now, inclusive and exclusive. */
  readonly dueFrom?: EpochMs | undefined
  readonly dueTo?: EpochMs | undefined
  /** Of `reportedAt`, inclusive and exclusive. */
  readonly from?: EpochMs | undefined
  readonly to?: EpochMs | undefined
  /** Words of its number, title, description or address; at least two characters. */
  readonly text?: string | undefined
}

export interface CaseFilter extends CaseConditions, PageRequest {
  /** By report, the newest first, or by deadline, the nearest first. */
  readonly order?: 'reported' | 'deadline' | undefined
}

/** A case that waits for the proof of its sensor. */
export interface WatchedCase {
  readonly id: string
  readonly version: number
  readonly deviceId: string
  readonly ruleId: string
  readonly fedBackAt: EpochMs
  readonly verify: DurationMs
  readonly basis: CaseBasis | null
}

/** What bounds the rows of `case_record`. */
export const CASE_SCOPE: ScopeColumns = {
  area: 'area_code',
  network: 'network',
  department: 'department_id',
}

/** Cases, for those who may see them. */
export function createCaseQueries(pool: Pool) {
  return {
    async list(filter: CaseFilter): Promise<Page<Case>> {
      const rows = await found(pool, filter)
      return toPage(rows, filter.limit, toCase, ({ id, ...row }) => {
        const at = filter.order === 'deadline' ? row['deadline_at'] : row['reported_at']
        return [formatTimestamp(at as EpochMs), id]
      })
    },

    /** By id or by its 19-digit number. @throws Rejected('not-found'), also where it is out of scope */
    async get(idOrNumber: string, scope: Scope): Promise<Case> {
      const column = /^[0-9]{19}$/.test(idOrNumber) ? 'number' : 'id'
      const where = addScope(new Conditions().add(`${column} = ?`, idOrNumber), scope, CASE_SCOPE)
      const text = `select * from case_record ${where.clause()}`
      const [row] = await query<CaseRow>(pool, text, where.values)
      if (!row) throw new Rejected('not-found', `there is no case ${idOrNumber}`)
      return toCase(row)
    },

    /** Whether there is such a case in scope. */
    async sees(id: string, scope: Scope): Promise<boolean> {
      const where = addScope(new Conditions().add('id = ?', id), scope, CASE_SCOPE)
      const text = `select id from case_record ${where.clause()}`
      return (await query(pool, text, where.values)).length > 0
    },

    /** What happened to a case, in the order in which it did. */
    events: (caseId: string): Promise<readonly CaseEvent[]> => readEvents(pool, caseId),

    /** Those whose sensor is to prove that they were put right. */
    async watched(): Promise<readonly WatchedCase[]> {
      return await query<WatchedCase & Record<string, unknown>>(
        pool,
        `select id, version, device_id as "deviceId", rule_id as "ruleId",
           fed_back_at as "fedBackAt", verify_ms as verify, basis
         from case_record where watch = 'watching' and device_id is not null
           and rule_id is not null and fed_back_at is not null and verify_ms is not null
         order by fed_back_at`,
      )
    },

    /**
     * How many there are in each state, and how many of them are overdue; of those that are not over,
     * unless states or a stage are asked for.
     */
    async counts(
      conditions: CaseConditions,
    ): Promise<readonly { state: CaseState; count: number; overdue: number }[]> {
      const { state, stage, text: words } = conditions
      const open = state ?? (stage === undefined ? OPEN_CASE_STATES : undefined)
      const where = conditionsOf({ ...conditions, state: open })
      if (words !== undefined) addText(where, words)
      const text = `select state, count(*) as count, count(*) filter (where ${IS_OVERDUE}) as overdue
        from case_record ${where.clause()} group by state order by state`
      return await overMany(pool, (client) => query(client, text, where.values))
    },
  }
}

async function found(pool: Pool, filter: CaseFilter): Promise<readonly CaseRow[]> {
  return await overMany(pool, async (client) => {
    const near = await foundNear(client, filter)
    if (near !== undefined) return near
    const page = casePage(filter)
    return await query<CaseRow>(client, page.text, page.values)
  })
}

/** A page of those that have the text, where it is found among the first that are looked through. */
async function foundNear(
  client: PoolClient,
  filter: CaseFilter,
): Promise<readonly CaseRow[] | undefined> {
  const { text } = filter
  if (text === undefined || isDigits(text)) return undefined
  const enough = rowsFor(filter.limit)
  const all = { ...filter, text: undefined }
  if (conditionsOf(all).clause() === '') {
    const walk = casePage({ ...all, limit: LOOKED_THROUGH - 1 })
    const near = firstWith(walk, text, enough)
    const rows = await query<CaseRow>(client, near.text, near.values)
    return rows.length === enough ? rows : undefined
  }
  const walk = casePage({ ...all, limit: LOOKED_THROUGH_OF_SOME - 1 })
  const near = firstOfSomeWith(walk, text, enough)
  const rows = await query<CaseRow>(client, near.text, near.values)
  const isAll = Number(rows[0]?.['through']) < LOOKED_THROUGH_OF_SOME
  return isAll || rows.length === enough ? rows.filter(({ id }) => id !== null) : undefined
}

/** One statement for one page. Where only some areas are seen, each gives its own first cases. */
export function casePage(filter: CaseFilter) {
  const byDeadline = filter.order === 'deadline'
  const after = decodeCursor(filter.after, ['string', 'string'])
  const order = byDeadline ? 'deadline_at, id' : 'reported_at desc, id desc'
  const end = `order by ${order} limit ${rowsFor(filter.limit)}`
  const values: unknown[] = []
  const { area } = filter
  const seen = area === undefined ? filter.scope : withinArea(filter.scope, area)
  const parts = areasApart(seen).map((scope) => {
    const where = conditionsOf({ ...filter, scope, area: undefined }, values.length)
    if (filter.text !== undefined) addText(where, filter.text)
    if (byDeadline) where.add('deadline_at is not null')
    if (after) {
      where.add(byDeadline ? '(deadline_at, id) > (?, ?)' : '(reported_at, id) < (?, ?)', ...after)
    }
    values.push(...where.values)
    return `select * from case_record ${where.clause()} ${end}`
  })
  const [only = '', ...more] = parts
  const all = parts.map((part) => `(${part})`).join(' union all ')
  const text = more.length === 0 ? only : `select * from (${all}) as seen ${end}`
  return { text, values, order }
}

/** What is to be done now, or the whole case. */
export const IS_OVERDUE = "(deadline_mark = 'overdue' or case_deadline_mark = 'overdue')"

function conditionsOf(given: CaseConditions, before = 0): Conditions {
  const { state, stage, area, scope } = given
  const states = stage === undefined ? state : CASE_STATES.filter((each) => stageOf(each) === stage)
  const both = states && state ? states.filter((each) => state.includes(each)) : states
  const where = new Conditions(before)
    .addGiven('kind = ?', given.kind)
    .addGiven('source = ?', given.source)
    .addGiven('severity = ?', given.severity)
    .addGiven('class = ?', given.class)
    .addGiven('condition = ?', given.condition)
    .addGiven('device_id = ?', given.deviceId)
    .addGiven('part_id = ?', given.partId)
    .addGiven('department_id = ?', given.departmentId)
    .addGiven('inspector_id = ?', given.inspectorId)
    .addGiven('master_id = ?', given.masterId)
    .addGiven('outside_number = ?', given.outsideNumber)
  if (both?.length === 1) where.add('state = ?', both[0])
  else if (both) where.add('state = any(?::text[])', both)
  if (given.overdue !== undefined) where.add(given.overdue ? IS_OVERDUE : `not ${IS_OVERDUE}`)
  if (given.dueFrom !== undefined) where.add('deadline_at >= ?', formatTimestamp(given.dueFrom))
  if (given.dueTo !== undefined) where.add('deadline_at < ?', formatTimestamp(given.dueTo))
  if (given.from !== undefined) where.add('reported_at >= ?', formatTimestamp(given.from))
  if (given.to !== undefined) where.add('reported_at < ?', formatTimestamp(given.to))
  return addScope(where, area === undefined ? scope : withinArea(scope, area), CASE_SCOPE)
}
