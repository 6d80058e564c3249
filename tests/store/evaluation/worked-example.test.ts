import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CASE_DUTIES, CASE_SOURCES, type Case, type CaseDuty } from '#model/case.ts'
import { CASE_EVENT_TYPES } from '#model/case-event.ts'
import { CASE_STATES } from '#model/case-state.ts'
import { cityPeriods } from '#model/evaluation/city-period.ts'
import type { EvaluatedRow, EvaluationTarget } from '#model/evaluation/evaluation.ts'
import { type CountName, countsOf } from '#model/evaluation/evaluation-count.ts'
import { EVALUATED_POSTS } from '#model/evaluation/evaluation-subject.ts'
import type { Figures } from '#model/evaluation/figures.ts'
import { WHOLE_CITY } from '#model/principal.ts'
import { type EpochMs, parseInstant } from '#model/time.ts'
import { createEvaluationDesk, type EvaluationDesk } from '#store/evaluation/evaluation-desk.ts'
import { query } from '#store/query.ts'
import { freshDatabase, type TestDatabase } from '#tests/support/database.ts'
import { type TableRow, tableWith } from '#tests/support/markdown-tables.ts'
import { caseId, caseOf, putCases, putDeeds, type StoredDeed } from '#tests/support/stored-cases.ts'

const PAGE = readFileSync('docs/evaluation.md', 'utf8')
const ACCOUNTS = tableWith(PAGE, 'account', 'name', 'post', 'area')
const CASES = tableWith(PAGE, 'case', 'state', 'case due')
const DEEDS = tableWith(PAGE, 'case', 'what', 'until')

/** An instant of the page, such as 10-02 08:00. */
function at(text: string | undefined): EpochMs | null {
  if (!text) return null
  const instant = parseInstant(`2026-${text.replace(' ', 'T')}:00+08:00`)
  if (instant === undefined) throw new Error(`${text} is no instant`)
  return instant
}

function oneOf<Word extends string>(words: readonly Word[], text: string | undefined): Word {
  const found = words.find((word) => word === text)
  if (found === undefined) throw new Error(`${text} is none of ${words.join(', ')}`)
  return found
}

const idOf = (account: string | undefined): string | null => {
  const index = ACCOUNTS.findIndex((row) => row['account'] === account)
  return index < 0 ? null : `00000000-0000-4000-b000-${String(index).padStart(12, '0')}`
}

/** Such as `reworks 1` of the column for what else there is. */
const counted = (row: TableRow, name: string): number =>
  Number(new RegExp(`${name} (\\d+)`).exec(row['more'] ?? '')?.[1] ?? 0)

function caseFrom(row: TableRow): Case {
  const area = row['area'] ?? ''
  const late = (row['late'] ?? '').split(',').flatMap((word) => word.trim() || [])
  return caseOf(Number(row['case']), {
    areaCode: area,
    district: area.slice(0, 6),
    gridCode: area.length === 15 ? area : null,
    source: oneOf(CASE_SOURCES, row['source']),
    reportedBy: idOf(row['by']),
    state: oneOf(CASE_STATES, row['state']),
    departmentId: row['department'] || null,
    reportedAt: at(row['reported']) as EpochMs,
    filedAt: at(row['filed']),
    dispatchedAt: at(row['dispatched']),
    handleDeadlineAt: at(row['due']),
    fedBackAt: at(row['fed back']),
    caseDeadlineAt: at(row['case due']),
    closedAt: at(row['closed']),
    lateDuties: late.map((duty): CaseDuty => oneOf(CASE_DUTIES, duty)),
    reworks: counted(row, 'reworks'),
    returns: counted(row, 'returns'),
    parkings: counted(row, 'parkings'),
  })
}

/** The deadline that holds for a deed was set by the event before it. */
function deedsFrom(rows: readonly TableRow[]): readonly StoredDeed[] {
  return [...Map.groupBy(rows, (row) => row['case'])].flatMap(([number, ofCase]) => {
    const [first] = ofCase
    const opened = { what: 'opened', who: '', at: first?.['at'] ?? '', until: '' }
    return [opened, ...ofCase].map((row: TableRow, index): StoredDeed => {
      const until = at(ofCase[index]?.['until'])
      const post = ACCOUNTS.find(({ account }) => account === row['who'])?.['post']
      return {
        caseId: caseId(Number(number)),
        sequence: index + 1,
        at: at(row['at']) as EpochMs,
        type: oneOf(CASE_EVENT_TYPES, row['what']?.split(' of ')[0]),
        actorId: idOf(row['who']),
        role: post ?? 'system',
        changes: until === null ? {} : { deadlineAt: until },
      }
    })
  })
}

/** Whoever is asked to look at a case has it until they did. */
function withTask(found: Case): Case {
  const last = DEEDS.filter((row) => caseId(Number(row['case'])) === found.id).at(-1)
  const asked = / of (\w+)$/.exec(last?.['what'] ?? '')?.[1]
  if (!last || asked === undefined) return found
  return {
    ...found,
    inspectorId: idOf(asked),
    deadlineAt: at(last['until']),
    stateSince: at(last['at']) as EpochMs,
  }
}

let fresh: TestDatabase
let desk: EvaluationDesk
beforeAll(async () => {
  fresh = await freshDatabase()
  const { pool } = fresh.database
  await query(
    pool,
    `insert into department (id, parent_id, name) values
       ('bureau', null, '城管局'), ('roads', 'bureau', '市政处'), ('water', 'bureau', '供水公司')`,
  )
  for (const { account = '', name = '', post = '', area = '' } of ACCOUNTS) {
    await query(
      pool,
      'insert into account (id, login, name, roles, areas) values ($1, $2, $3, $4, $5)',
      [idOf(account), account, name, [post], area === '' ? [] : [area]],
    )
  }
  await putCases(
    pool,
    CASES.map((row) => withTask(caseFrom(row))),
  )
  await putDeeds(pool, deedsFrom(DEEDS))
  desk = createEvaluationDesk({ pool, clock: { now: () => at('11-10 12:00') as EpochMs } })
})
afterAll(() => fresh.drop())

const PERIOD = cityPeriods('Asia/Shanghai').monthOf(at('10-15 12:00') as EpochMs)
const requestOf = (target: EvaluationTarget) => ({ target, ...PERIOD, scope: WHOLE_CITY })

/** Numbers of the page such as `2, 3, 9 to 11`. */
const casesIn = (text: string | undefined): readonly string[] =>
  (text ?? '')
    .split(',')
    .filter((part) => part.trim() !== '')
    .flatMap((part) => {
      const [first = 0, last = first] = part.split(' to ').map(Number)
      return Array.from({ length: last - first + 1 }, (_, index) => caseId(first + index))
    })
    .sort()

async function casesBehind(target: EvaluationTarget, key: string | null, count: string) {
  const figure = { key, count: count as CountName, withoutParked: false }
  const { items } = await desk.cases(requestOf(target), figure, { limit: 100 })
  return items.map(({ id }) => id).sort()
}

/** As the page writes it: `5/6 = 83.33 %`, and `none` where there is no value. */
function rateText(figures: Figures, key: string): string {
  const { numerator, denominator, value } = figures.rates[key] ?? {}
  const percent = value === null || value === undefined ? null : Math.round(value * 10_000) / 100
  return `${numerator}/${denominator} = ${percent === null ? 'none' : `${percent} %`}`
}

const AREA: EvaluationTarget = { subject: 'area', digits: 6, within: null }
const DEPARTMENT: EvaluationTarget = { subject: 'department', withBelow: true }

describe('areas', () => {
  const rows = tableWith(PAGE, 'count', '140802', '140826', 'both')

  test('the page has every count of an area', () => {
    expect(rows.map((row) => row['count'])).toEqual(countsOf('area'))
  })

  test('are counted as the page says, and the cases behind are the ones it names', async () => {
    const { rows: evaluated, total } = await desk.evaluate(requestOf(AREA))
    const [one, other] = evaluated
    expect(evaluated.map(({ key }) => key)).toEqual(['140802', '140826'])
    const lines = tableLines('140802', '140826')
    for (const [count, first, ofFirst, second, ofSecond, both] of lines) {
      const name = count as CountName
      const all = [one, other, total].map((figures) => figures?.counts[name]?.all)
      expect([count, ...all]).toEqual([count, Number(first), Number(second), Number(both)])
      expect([count, await casesBehind(AREA, '140802', name)]).toEqual([count, casesIn(ofFirst)])
      expect([count, await casesBehind(AREA, '140826', name)]).toEqual([count, casesIn(ofSecond)])
    }
  })

  test('have the rates and scores of the page', async () => {
    const { rows: evaluated, total } = await desk.evaluate(requestOf(AREA))
    const table = tableWith(PAGE, 'rate', '140802', 'both')
    const figures = [...evaluated, total] as Figures[]
    expectRates(table, ['140802', '140826', 'both'], figures)
  })
})

test('departments have the rates and scores of the page, the bureau those of both', async () => {
  const { rows } = await desk.evaluate(requestOf(DEPARTMENT))
  const names = ['bureau', 'roads', 'water']
  expect(rows.map(({ key }) => key)).toEqual(names)
  expectRates(tableWith(PAGE, 'rate', 'bureau'), names, rows)
  expect(await casesBehind(DEPARTMENT, 'bureau', 'due')).toHaveLength(9)
})

describe('posts', () => {
  async function evaluatedAccounts() {
    const found = new Map<string, { row: EvaluatedRow; target: EvaluationTarget }>()
    for (const post of EVALUATED_POSTS) {
      const target = { subject: post } as const
      for (const row of (await desk.evaluate(requestOf(target))).rows) {
        const account = ACCOUNTS.find(({ account: name }) => idOf(name) === row.key)
        expect(row.title).toBe(account?.['name'])
        expect(account?.['post']).toBe(post)
        found.set(account?.['account'] ?? '', { row, target })
      }
    }
    return found
  }

  test('every account has a row, and the page every count of it', async () => {
    const accounts = await evaluatedAccounts()
    const table = tableWith(PAGE, 'account', 'count', 'number', 'cases')
    const expected = ACCOUNTS.flatMap(({ account, post }) =>
      countsOf(oneOf(EVALUATED_POSTS, post)).map((count) => [account, count]),
    )
    expect(new Set(accounts.keys())).toEqual(new Set(ACCOUNTS.map(({ account }) => account)))
    expect(table.map((row) => [row['account'], row['count']])).toEqual(expected)
    for (const { account = '', count = '', number, cases } of table) {
      const { row, target } = accounts.get(account) ?? {}
      expect([account, count, row?.counts[count as CountName]?.all]).toEqual([
        account,
        count,
        Number(number),
      ])
      const behind = await casesBehind(target as EvaluationTarget, idOf(account), count)
      expect([account, count, behind]).toEqual([account, count, casesIn(cases)])
    }
  })

  test('have the rates and scores of the page', async () => {
    const accounts = await evaluatedAccounts()
    const table = tableWith(PAGE, 'account', 'rate', 'value', 'of the score')
    for (const { account = '', rate = '', value, 'of the score': points } of table) {
      const { row } = accounts.get(account) ?? {}
      const figures = row as Figures
      const own = figures.parts.find((part) => part.rate === rate)
      const shown =
        rate === 'score'
          ? [`${figures.score} ${figures.band}`, '']
          : [rateText(figures, rate), own?.points === null ? 'none' : String(round(own?.points))]
      expect([account, rate, ...shown]).toEqual([account, rate, value, points])
    }
    const parts = [...accounts.values()].reduce((sum, { row }) => sum + row.parts.length, 0)
    expect(table).toHaveLength(parts + accounts.size)
  })
})

const round = (value: number | undefined): number => Math.round((value ?? Number.NaN) * 100) / 100

/** Each cell of the table of counts: two of its columns have the same name. */
function tableLines(...columns: readonly string[]): readonly (readonly string[])[] {
  const lines = PAGE.split('\n')
  const header = lines.findIndex(
    (line) => line.startsWith('| count |') && columns.every((name) => line.includes(name)),
  )
  const end = lines.findIndex((line, index) => index > header && !line.startsWith('|'))
  return lines.slice(header + 2, end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

function expectRates(
  table: readonly TableRow[],
  names: readonly string[],
  figures: readonly Figures[],
): void {
  const keys = Object.keys(figures[0]?.rates ?? {})
  expect(table.map((row) => row['rate'])).toEqual([...keys, 'score'])
  for (const row of table) {
    const key = row['rate'] ?? ''
    const shown = figures.map((each) =>
      key === 'score' ? `${each.score} ${each.band}` : rateText(each, key),
    )
    expect([key, ...shown]).toEqual([key, ...names.map((name) => row[name])])
  }
}
