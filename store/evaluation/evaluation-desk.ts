import type { Pool } from 'pg'
import type { Case } from '#model/case.ts'
import { Rejected } from '#model/error.ts'
import type {
  EvaluatedRow,
  Evaluation,
  EvaluationRequest,
  EvaluationTarget,
  FigureRequest,
} from '#model/evaluation/evaluation.ts'
import type { EvaluationConfiguration } from '#model/evaluation/evaluation-configuration.ts'
import { countsOf } from '#model/evaluation/evaluation-count.ts'
import { addCounts, type Figures, figuresOf } from '#model/evaluation/figures.ts'
import { seesDepartment } from '#model/principal.ts'
import { type EpochMs, epochMs } from '#model/time.ts'
import type { Clock } from '#runtime/clock.ts'
import { decodeCursor, type Page, type PageRequest, toPage } from '#store/queries/page.ts'
import { areaTitles } from './area-titles.ts'
import { casesBehind } from './cases-behind.ts'
import { classTitle } from './class-title.ts'
import { createConfigurationBook } from './configuration-book.ts'
import { type CountedRow, countCases } from './count-cases.ts'
import { belowOf, type KnownDepartment, withBelow } from './department-tree.ts'
import type { EvaluationQuestion, InspectorArea } from './evaluation-question.ts'

/** Who there is, for the names of what is evaluated and for what inspectors are to find. */
export interface EvaluatedPeople {
  readonly departments: readonly KnownDepartment[]
  readonly accounts: readonly { readonly id: string; readonly name: string }[]
  readonly inspectorAreas: readonly InspectorArea[]
}

interface EvaluationDeskParts {
  readonly pool: Pool
  readonly clock: Clock
  readonly people: () => Promise<EvaluatedPeople>
}

const EVERYTHING: PageRequest = { limit: Number.POSITIVE_INFINITY }

/** Evaluates the city, and shows the cases behind each figure. */
export function createEvaluationDesk({ pool, clock, people }: EvaluationDeskParts) {
  const book = createConfigurationBook({ pool, clock })

  const untilOf = ({ from, to }: EvaluationRequest): EpochMs =>
    epochMs(Math.max(from, Math.min(to, clock.now())))

  function questionOf(
    request: EvaluationRequest,
    configuration: EvaluationConfiguration,
    { inspectorAreas }: EvaluatedPeople,
  ): EvaluationQuestion {
    const { target, from, scope } = request
    return { target, from, until: untilOf(request), configuration, scope, inspectorAreas }
  }

  return {
    configurations: book,

    /** @throws Rejected('not-found') when there is no such version of the configuration */
    async evaluate(
      request: EvaluationRequest,
      page: PageRequest = EVERYTHING,
    ): Promise<Evaluation> {
      const { target, from, to, scope } = request
      const { subject } = target
      const [stored, known] = await Promise.all([book.read(request.version), people()])
      const { configuration } = stored
      const counted = await countCases(pool, questionOf(request, configuration, known))
      const rows = rowsOf(request, counted, known.departments)
      const figures = figuresOf(
        subject,
        rows.map(({ counts }) => counts),
        configuration,
      )
      const total = isPost(target)
        ? undefined
        : figuresOf(
            subject,
            [
              addCounts(
                subject,
                counted.map(({ counts }) => counts),
              ),
            ],
            configuration,
          )
      const titled = await titlesFor(target, known)
      const evaluated = rows.map(
        ({ key }, index): EvaluatedRow => ({
          key,
          ...titled(key),
          ...(figures[index] as Figures),
        }),
      )
      return {
        subject,
        from,
        to,
        until: untilOf(request),
        configuration: stored,
        isBounded: Object.values(scope).some((bound) => bound !== null),
        ...pageOf(evaluated, page),
        total: total?.[0] ?? null,
      }
    },

    /** @throws Rejected('invalid-input') when it is no count of what is evaluated */
    async cases(
      request: EvaluationRequest,
      { key, count, withoutParked }: FigureRequest,
      page: PageRequest,
    ): Promise<Page<Case>> {
      const { subject } = request.target
      const own = countsOf(subject)
      if (!own.includes(count)) {
        const detail = `${count} is no count of ${subject}: ${own.join(', ')}`
        throw new Rejected('invalid-input', detail, {
          detail: { errors: [{ parameter: 'count', detail }] },
        })
      }
      const [{ configuration }, known] = await Promise.all([book.read(request.version), people()])
      const isTree = request.target.subject === 'department' && request.target.withBelow
      const keys = key === null ? null : isTree ? belowOf(key, known.departments) : [key]
      const question = questionOf(request, configuration, known)
      return await casesBehind(pool, question, { keys, count, withoutParked }, page)
    },
  }

  async function titlesFor(target: EvaluationTarget, known: EvaluatedPeople) {
    const plain = (titles: ReadonlyMap<string, string>) => (key: string) => ({
      title: titles.get(key) ?? null,
      parentKey: null,
    })
    if (target.subject === 'area') return plain(await areaTitles(pool, target.digits))
    if (target.subject === 'class')
      return (key: string) => ({ title: classTitle(key), parentKey: null })
    if (target.subject !== 'department') {
      return plain(new Map(known.accounts.map(({ id, name }) => [id, name])))
    }
    const departments = new Map(known.departments.map((each) => [each.id, each]))
    return (key: string) => ({
      title: departments.get(key)?.name ?? null,
      parentKey: departments.get(key)?.parentId ?? null,
    })
  }
}

export type EvaluationDesk = ReturnType<typeof createEvaluationDesk>

const isPost = ({ subject }: EvaluationTarget): boolean =>
  subject !== 'area' && subject !== 'department' && subject !== 'class'

/** In the order of their keys; of departments only those that are seen. */
function rowsOf(
  { target, scope }: EvaluationRequest,
  counted: readonly CountedRow[],
  departments: readonly KnownDepartment[],
): readonly CountedRow[] {
  const rows =
    target.subject === 'department' && target.withBelow
      ? withBelow(counted, departments).filter(({ key }) => seesDepartment(scope, key))
      : counted
  return rows.toSorted((one, other) => (one.key < other.key ? -1 : 1))
}

function pageOf(
  rows: readonly EvaluatedRow[],
  { limit, after }: PageRequest,
): Pick<Evaluation, 'rows' | 'next'> {
  const [last] = decodeCursor(after, ['string']) ?? []
  const rest = last === undefined ? rows : rows.filter(({ key }) => key > last)
  const page = toPage(
    rest,
    limit,
    (row) => row,
    ({ key }) => [key],
  )
  return { rows: page.items, next: page.next }
}
