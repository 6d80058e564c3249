import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Case } from '#model/case.ts'
import type { EvaluationTarget } from '#model/evaluation/evaluation.ts'
import { type CountName, countsOf } from '#model/evaluation/evaluation-count.ts'
import { EVALUATED_POSTS, isPost } from '#model/evaluation/evaluation-subject.ts'
import { type Scope, seesArea, seesDepartment, seesNetwork, WHOLE_CITY } from '#model/principal.ts'
import { casesBehind } from '#store/evaluation/cases-behind.ts'
import { countCases } from '#store/evaluation/count-cases.ts'
import type { EvaluationQuestion } from '#store/evaluation/evaluation-question.ts'
import { freshDatabase, type TestDatabase } from '#tests/support/database.ts'
import { putCases, putDeeds } from '#tests/support/stored-cases.ts'
import { countsOfAccount, countsOfCase, type Fact, isParked } from './plain-counts.ts'
import { ACCOUNTS, areasIn, cityOf, decided, FROM, type RandomCity, UNTIL } from './random-city.ts'

let fresh: TestDatabase
beforeAll(async () => {
  fresh = await freshDatabase()
})
afterAll(() => fresh.drop())

const TARGETS: readonly EvaluationTarget[] = [
  ...[6, 9, 12, 15].map((digits) => ({ subject: 'area' as const, digits, within: null })),
  { subject: 'department', withBelow: false },
  { subject: 'class' },
  ...EVALUATED_POSTS.map((subject) => ({ subject })),
]

function keyOf(target: EvaluationTarget, found: Case): string | null {
  if (target.subject === 'area') return found.areaCode.slice(0, target.digits)
  if (target.subject === 'department') return found.departmentId
  if (found.class === null) return 'unclassed'
  return `${found.edition}/${found.kind}/${found.class}`
}

/** Every case with what it is counted for, by a plain reading of what the counts mean. */
function plainFacts(city: RandomCity, question: EvaluationQuestion): readonly Fact[] {
  const { target, scope } = question
  const { subject } = target
  const seen = city.cases.filter(
    (found) =>
      seesArea(scope, found.areaCode) &&
      seesNetwork(scope, found.network) &&
      seesDepartment(scope, found.departmentId) &&
      (target.subject !== 'area' || found.areaCode.startsWith(target.within ?? '')),
  )
  const facts = seen.flatMap((found): Fact[] => {
    const history = city.deeds.filter(({ caseId }) => caseId === found.id)
    if (isPost(subject)) {
      return ACCOUNTS.map((key) => ({
        key,
        found,
        counts: countsOfAccount(subject, key, found, history, question),
      }))
    }
    const key = keyOf(target, found)
    return key === null ? [] : [{ key, found, counts: countsOfCase(found, question) }]
  })
  return facts.filter(({ counts }) => counts.size > 0)
}

let run = 0
const nextDistrict = () => `14${String(++run).padStart(4, '0')}`

const scopeIn = (district: string): fc.Arbitrary<Scope> =>
  fc.oneof(
    fc.constant<Scope>({ ...WHOLE_CITY, areas: [district] }),
    fc.record({
      areas: areasIn(district),
      networks: fc.option(fc.constant(['north'])),
      departments: fc.option(fc.subarray(['roads', 'water'])),
    }),
  )

const questions = (district: string): fc.Arbitrary<EvaluationQuestion> =>
  fc.record({
    target: fc.oneof(
      fc.constantFrom(...TARGETS),
      areasIn(district).map(([within = district]) => ({
        subject: 'area' as const,
        digits: 12,
        within,
      })),
    ),
    from: fc.constant(FROM),
    until: fc.constant(UNTIL),
    configuration: decided,
    scope: scopeIn(district),
    inspectorAreas: fc
      .tuple(areasIn(district), areasIn(district))
      .map((areas) =>
        areas.map((own, index) => ({ accountId: ACCOUNTS[index] ?? '', areas: own })),
      ),
  })

async function listed(
  question: EvaluationQuestion,
  key: string,
  count: CountName,
  parked: boolean,
) {
  const ids: string[] = []
  let after: string | undefined
  do {
    const figure = { keys: [key], count, withoutParked: !parked }
    const page = await casesBehind(fresh.database.pool, question, figure, { limit: 7, after })
    ids.push(...page.items.map(({ id }) => id))
    after = page.next ?? undefined
  } while (after !== undefined)
  return ids
}

const newestFirst = (one: Case, other: Case): number =>
  other.reportedAt - one.reportedAt || (one.id < other.id ? 1 : -1)

test('what is counted, and which cases are listed for it, is what counting one by one gives', async () => {
  const { pool } = fresh.database
  await fc.assert(
    fc.asyncProperty(
      fc.integer().chain(() => {
        const district = nextDistrict()
        return fc.record({
          city: cityOf(district, run * 1_000),
          asked: fc.array(questions(district), { minLength: 40, maxLength: 40 }),
        })
      }),
      async ({ city, asked }) => {
        await putCases(pool, city.cases)
        await putDeeds(pool, city.deeds)
        for (const [turn, question] of asked.entries()) {
          const facts = plainFacts(city, question)
          const names = countsOf(question.target.subject)
          const byKey = Map.groupBy(facts, ({ key }) => key)
          const expected = [...byKey].map(([key, ofKey]) => {
            const counted = names.map((name) => {
              const found = ofKey.filter(({ counts }) => counts.has(name))
              const parked = found.filter((each) => isParked(each.found, question.configuration))
              return [name, { all: found.length, parked: parked.length }]
            })
            return { key, counts: Object.fromEntries(counted) }
          })
          const rows = await countCases(pool, question)
          // A row in which nothing is counted says nothing.
          const telling = rows.filter(({ counts }) =>
            Object.values(counts).some(({ all }) => all > 0),
          )
          const byName = (one: { key: string }, other: { key: string }) =>
            one.key < other.key ? -1 : 1
          expect(telling.toSorted(byName)).toEqual(expected.toSorted(byName))

          const [key] = byKey.keys()
          if (key === undefined || turn % 5 > 0) continue
          for (const name of names) {
            for (const parked of [true, false]) {
              const behind = facts
                .filter((fact) => fact.key === key && fact.counts.has(name))
                .map(({ found }) => found)
                .filter((found) => parked || !isParked(found, question.configuration))
              expect([name, await listed(question, key, name, parked)]).toEqual([
                name,
                behind.toSorted(newestFirst).map(({ id }) => id),
              ])
            }
          }
        }
      },
    ),
    // Each run leaves its cases behind, out of the sight of the next: nothing is tried twice.
    { numRuns: 12, endOnFailure: true },
  )
}, 120_000)
