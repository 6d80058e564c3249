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
import { isPost } from '#model/evaluation/evaluation-subject.ts'
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
import { type EvaluatedPeople, readEvaluatedPeople } from './evaluated-people.ts'
import type { EvaluationQuestion } from './evaluation-question.ts'

interface EvaluationDeskParts {
  readonly pool: Pool
  readonly clock: Clock
}

const EVERYTHING: PageRequest = { limit: Number.POSITIVE_INFINITY }

/** Evaluates the city, and shows the cases behind each figure. */
export function createEvaluationDesk({ pool, clock }: EvaluationDeskParts) {
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
      const [stored, known] = await Promise.all([
        book.read(request.version),
        readEvaluatedPeople(pool),
      ])
      const { configuration } = stored
      const counted = await countCases(pool, questionOf(request, configuration, known))
      const rows = rowsOf(request, counted, known.departments)
      const figures = figuresOf(subject, countsIn(rows), configuration)
      // Cases that several accounts worked on would be in it several times.
      const together = isPost(subject) ? [] : [addCounts(subject, countsIn(counted))]
      const [total] = figuresOf(subject, together, configuration)
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
        total: total ?? null,
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
      const [{ configuration }, known] = await Promise.all([
        book.read(request.version),
        readEvaluatedPeople(pool),
      ])
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
    if (isPost(target.subject)) return plain(known.names)
    if (target.subject === 'class') {
      return (key: string) => ({ title: classTitle(key), parentKey: null })
    }
    const departments = new Map(known.departments.map((each) => [each.id, each]))
    return (key: string) => ({
      title: departments.get(key)?.name ?? null,
      parentKey: departments.get(key)?.parentId ?? null,
    })
  }
}

export type EvaluationDesk = ReturnType<typeof createEvaluationDesk>

const countsIn = (rows: readonly CountedRow[]) => rows.map(({ counts }) => counts)

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
