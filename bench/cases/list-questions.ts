import type { Scope } from '#model/principal.ts'
import { WHOLE_CITY } from '#model/principal.ts'
import { days, type EpochMs, minus, plus } from '#model/time.ts'
import type { CaseConditions, createCaseQueries } from '#store/queries/cases.ts'
import {
  ABSENT_TEXT,
  CHOICES,
  CITY,
  COMMUNITY,
  DISTRICT,
  FREQUENT_TEXT,
  GRID,
  OCCASIONAL_TEXT,
  RARE_TEXT,
  STREET,
} from './case-city.ts'

type CaseQueries = ReturnType<typeof createCaseQueries>

/** One way of asking for cases; the n-th time for others where there are others. */
export interface ListQuestion {
  readonly name: string
  /** What has to be known before it is asked. */
  readonly prepare?: (queries: CaseQueries) => Promise<void>
  /** How many cases the answer has, or counts. */
  readonly ask: (queries: CaseQueries, n: number) => Promise<number>
}

const SCOPES: Readonly<Record<string, (n: number) => Scope>> = {
  'whole city': () => WHOLE_CITY,
  'one community': (n) => ({ ...WHOLE_CITY, areas: [communityOf(n)] }),
  'three communities': (n) => ({
    ...WHOLE_CITY,
    areas: [communityOf(n), communityOf(n + 7), communityOf(n + 13)],
  }),
  'sixty unit grids': (n) => ({
    ...WHOLE_CITY,
    areas: Array.from({ length: 60 }, (_, index) => gridOf(n, index)),
  }),
  'a department': (n) => ({ ...WHOLE_CITY, departments: [departmentOf(n)] }),
  'a network': (n) => ({ ...WHOLE_CITY, networks: [`network-${n % CITY.networks}`] }),
}

const three = (n: number): string => String(n).padStart(3, '0')
const streetOf = (n: number): string => `${DISTRICT}${three(1 + (n % CITY.streets))}`
const communityOf = (n: number): string => `${streetOf(n)}${three(1 + (n % CITY.communities))}`
/** Half of each of four communities. */
const gridOf = (n: number, index: number): string =>
  `${communityOf(n + (index % 4))}${three(1 + Math.floor(index / 4))}`
const departmentOf = (n: number): string => `department-${n % CITY.departments}`
const classOf = (n: number): string =>
  CHOICES.conditions[n % CHOICES.conditions.length]?.class ?? '0101'

const PAGE = 100
/** As many as are measured. */
const VARIANTS = 5

/** What is looked for, beside the bounds of whoever looks. */
function filters(
  now: EpochMs,
): Readonly<Record<string, (n: number) => Omit<CaseConditions, 'scope'>>> {
  return {
    newest: () => ({}),
    'of a district': () => ({ area: DISTRICT }),
    'of a street': (n) => ({ area: n % 2 === 0 ? STREET : streetOf(n) }),
    'of a community': (n) => ({ area: n % 2 === 0 ? COMMUNITY : communityOf(n) }),
    'of a unit grid': () => ({ area: GRID }),
    'of a class': (n) => ({ class: classOf(n) }),
    'of a class in a street': (n) => ({ class: classOf(n), area: streetOf(n) }),
    handling: () => ({ state: ['handling'] }),
    'in five open states': () => ({
      state: ['reported', 'accepted', 'filed', 'dispatched', 'handling'],
    }),
    closed: () => ({ state: ['closed'] }),
    'rejected in a community': (n) => ({ state: ['rejected'], area: communityOf(n) }),
    'at a stage': () => ({ stage: 'check' }),
    overdue: () => ({ overdue: true }),
    'overdue in a street': (n) => ({ overdue: true, area: streetOf(n) }),
    'not overdue': () => ({ overdue: false }),
    'due within a day': () => ({ dueFrom: now, dueTo: plus(now, days(1)) }),
    'of a department': (n) => ({ departmentId: departmentOf(n) }),
    'of a week': (n) => ({
      from: minus(now, days(14 + 7 * (n % 40))),
      to: minus(now, days(7 + 7 * (n % 40))),
    }),
    'of a class in a week': (n) => ({
      class: classOf(n),
      from: minus(now, days(14 + 7 * (n % 40))),
      to: minus(now, days(7 + 7 * (n % 40))),
    }),
    'with a frequent text': () => ({ text: FREQUENT_TEXT }),
    'with a text that one in 200 has': () => ({ text: OCCASIONAL_TEXT }),
    'with a rare text': () => ({ text: RARE_TEXT }),
    'with an absent text': () => ({ text: ABSENT_TEXT }),
    'with a frequent text in a community': (n) => ({ text: FREQUENT_TEXT, area: communityOf(n) }),
    'with a rare text in a district': () => ({ text: RARE_TEXT, area: DISTRICT }),
    'with an absent text in a street': (n) => ({ text: ABSENT_TEXT, area: streetOf(n) }),
    'by the beginning of a number': (n) => ({
      text: `14080120260${1 + (n % 9)}1${n % 10}`,
    }),
  }
}

/** Every list that is promised to be quick, under every bound. */
export function listQuestions(now: EpochMs): readonly ListQuestion[] {
  const wanted = Object.entries(filters(now))
  return Object.entries(SCOPES).flatMap(([whose, scopeOf]) => [
    ...wanted.map(
      ([what, filterOf]): ListQuestion => ({
        name: `${whose}: ${what}`,
        ask: async (queries, n) => {
          const filter = { ...filterOf(n), scope: scopeOf(n), limit: PAGE }
          return (await queries.list(filter)).items.length
        },
      }),
    ),
    ...(['newest', 'of a street', 'of a department'] as const).map(
      (what): ListQuestion => ({
        name: `${whose}: ${what}, by deadline`,
        ask: async (queries, n) => {
          const filter = { ...filters(now)[what]?.(n), scope: scopeOf(n), limit: PAGE }
          return (await queries.list({ ...filter, order: 'deadline' })).items.length
        },
      }),
    ),
    ...[2, 10].map((page) => furtherPage(`${whose}: page ${page}`, scopeOf, page)),
    ...(
      ['newest', 'of a district', 'of a community', 'of a class', 'handling', 'overdue'] as const
    ).map(
      (what): ListQuestion => ({
        name: `${whose}: count, ${what}`,
        ask: async (queries, n) => {
          const counted = await queries.counts({ ...filters(now)[what]?.(n), scope: scopeOf(n) })
          return counted.reduce((sum, { count }) => sum + count, 0)
        },
      }),
    ),
  ])
}

/** The pages before it are turned beforehand: only the page itself is asked for, by its cursor. */
function furtherPage(name: string, scopeOf: (n: number) => Scope, page: number): ListQuestion {
  const cursors = new Map<string, string | undefined>()
  const keyOf = (n: number): string => JSON.stringify(scopeOf(n))
  return {
    name,
    async prepare(queries) {
      for (let n = 0; n < VARIANTS; n++) {
        let after: string | undefined
        for (let turned = 1; turned < page; turned++) {
          const { next } = await queries.list({ scope: scopeOf(n), limit: PAGE, after })
          if (next === null) break
          after = next
        }
        cursors.set(keyOf(n), after)
      }
    },
    async ask(queries, n) {
      const after = cursors.get(keyOf(n))
      return (await queries.list({ scope: scopeOf(n), limit: PAGE, after })).items.length
    },
  }
}
