import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Case, DEADLINE_MARKS } from '#model/case.ts'
import { CASE_STAGES, CASE_STATES, OPEN_CASE_STATES, stageOf } from '#model/case-state.ts'
import { type Scope, seesArea, seesDepartment, seesNetwork, WHOLE_CITY } from '#model/principal.ts'
import { epochMs } from '#model/time.ts'
import { type CaseConditions, createCaseQueries } from '#store/queries/cases.ts'
import { freshDatabase, type TestDatabase } from '#tests/support/database.ts'
import { caseOf, putCases } from '#tests/support/stored-cases.ts'

const pick = (...texts: string[]) => fc.constantFrom(...texts)
const code = fc
  .tuple(pick('140802', '140826'), pick('001', '002'), pick('001', '002'), pick('001', '002'))
  .chain((parts) => fc.constantFrom(parts.join(''), parts[0]))
const area = fc
  .tuple(code, fc.constantFrom(6, 9, 12, 15))
  .map(([grid, length]) => grid.slice(0, length))
const instant = fc.integer({ min: 1_000, max: 1_012 }).map(epochMs)

const fields: fc.Arbitrary<Partial<Case>> = fc
  .record({
    areaCode: code,
    state: fc.constantFrom(...CASE_STATES),
    class: fc.constantFrom<string>('0101', '0102'),
    departmentId: fc.option(pick('roads', 'water')),
    network: fc.option(pick('north', 'south')),
    deadlineMark: fc.constantFrom(...DEADLINE_MARKS),
    caseDeadlineMark: fc.constantFrom(...DEADLINE_MARKS),
    deadlineAt: fc.option(instant),
    reportedAt: instant,
    title: pick('井盖缺失', '暴露垃圾', '路面破损'),
    description: fc.option(pick('解放路 12 号门前', '在 Bus Stop 旁')),
    address: fc.option(pick('解放路12号', '人民路')),
    outsideNumber: fc.option(pick('2026000123', '77')),
    partId: fc.option(pick('1408020101000001')),
  })
  .map((each) => each as Partial<Case>)

const scope: fc.Arbitrary<Scope> = fc.record({
  areas: fc.option(fc.array(area, { maxLength: 12 }), { freq: 3 }),
  networks: fc.option(fc.subarray(['north', 'south']), { freq: 1 }),
  departments: fc.option(fc.subarray(['roads', 'water']), { freq: 1 }),
})

const given = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined, freq: 1 })

const conditions: fc.Arbitrary<CaseConditions> = fc.record({
  scope: fc.oneof(scope, fc.constant(WHOLE_CITY)),
  area: given(area),
  state: given(fc.subarray([...CASE_STATES], { minLength: 1 })),
  stage: given(fc.constantFrom(...CASE_STAGES)),
  class: given(pick('0101')),
  departmentId: given(pick('roads')),
  overdue: given(fc.boolean()),
  dueFrom: given(instant),
  from: given(instant),
  text: given(
    pick(
      '井盖',
      '解放路',
      '放路12',
      'bus stop',
      '路12号门',
      '孔雀',
      '1408020000',
      '2026000123',
      '77',
    ),
  ),
})

const isDigits = (text: string): boolean => /^[0-9]{6,}$/.test(text)

function hasText(found: Case, text: string): boolean {
  const { title, description, address, number, partId, outsideNumber } = found
  const words = [title, description ?? '', address ?? ''].join(' ').toLowerCase()
  if (words.includes(text.toLowerCase())) return true
  return isDigits(text) && (number.startsWith(text) || partId === text || outsideNumber === text)
}

function fits(found: Case, asked: CaseConditions): boolean {
  const isOverdue = found.deadlineMark === 'overdue' || found.caseDeadlineMark === 'overdue'
  return (
    seesArea(asked.scope, found.areaCode) &&
    seesNetwork(asked.scope, found.network) &&
    seesDepartment(asked.scope, found.departmentId) &&
    found.areaCode.startsWith(asked.area ?? '') &&
    (asked.state?.includes(found.state) ?? true) &&
    (asked.stage === undefined || stageOf(found.state) === asked.stage) &&
    (asked.class === undefined || found.class === asked.class) &&
    (asked.departmentId === undefined || found.departmentId === asked.departmentId) &&
    (asked.overdue === undefined || isOverdue === asked.overdue) &&
    (asked.dueFrom === undefined ||
      (found.deadlineAt !== null && found.deadlineAt >= asked.dueFrom)) &&
    (asked.from === undefined || found.reportedAt >= asked.from) &&
    (asked.text === undefined || hasText(found, asked.text))
  )
}

let fresh: TestDatabase
let all: readonly Case[]
let queries: ReturnType<typeof createCaseQueries>
beforeAll(async () => {
  fresh = await freshDatabase()
  queries = createCaseQueries(fresh.database.pool)
  all = fc.sample(fields, { numRuns: 600, seed: 11 }).map((each, n) => caseOf(n, each))
  await putCases(fresh.database.pool, all)
  await fresh.database.pool.query('analyze case_record')
})
afterAll(() => fresh.drop())

const byId = (one: Case, other: Case): number => (one.id < other.id ? -1 : 1)
const newest = (one: Case, other: Case): number =>
  other.reportedAt - one.reportedAt || -byId(one, other)
const nearest = (one: Case, other: Case): number =>
  (one.deadlineAt ?? 0) - (other.deadlineAt ?? 0) || byId(one, other)

test('whatever is asked for, every case that fits comes once, in order, and no other', async () => {
  await fc.assert(
    fc.asyncProperty(
      conditions,
      fc.constantFrom('reported' as const, 'deadline' as const),
      fc.constantFrom(3, 40, 1_000),
      async (asked, order, limit) => {
        const expected = all
          .filter((found) => fits(found, asked))
          .filter(({ deadlineAt }) => order === 'reported' || deadlineAt !== null)
          .toSorted(order === 'reported' ? newest : nearest)
        const ids: string[] = []
        let after: string | undefined
        // A few pages tell whether the next one begins where the last one ended.
        for (let page = 0; page < 4; page++) {
          const { items, next } = await queries.list({ ...asked, order, limit, after })
          ids.push(...items.map(({ id }) => id))
          expect(next === null).toBe(ids.length === expected.length)
          if (next === null) break
          after = next
        }
        expect(ids).toEqual(expected.slice(0, ids.length).map(({ id }) => id))
      },
    ),
    { numRuns: 150 },
  )
}, 60_000)

test('as many are counted in each state as fit, of those that are not over unless asked for', async () => {
  await fc.assert(
    fc.asyncProperty(conditions, async (asked) => {
      const isAsked = asked.state !== undefined || asked.stage !== undefined
      const expected = all
        .filter((found) => fits(found, asked))
        .filter(({ state }) => isAsked || OPEN_CASE_STATES.includes(state))
      const counts = await queries.counts(asked)
      const found = Object.fromEntries(counts.map(({ state, count }) => [state, count]))
      expect(found).toEqual(
        Object.fromEntries(
          [...Map.groupBy(expected, ({ state }) => state)].map(([state, of]) => [state, of.length]),
        ),
      )
    }),
    { numRuns: 100 },
  )
}, 60_000)
