import type { CaseFlow, Cases } from '#api/routes/case-routes.ts'
import type { CaseWorld } from '#cases/case-world.ts'
import { askableInspectors, type RosteredInspector } from '#cases/choose-inspector.ts'
import { CASE_LAW } from '#cases/law.ts'
import type { ReportSpot } from '#cases/opening.ts'
import { proposeDepartment } from '#cases/propose-department.ts'
import { allowedCommands } from '#cases/refusal.ts'
import { remainingTime } from '#cases/remaining-time.ts'
import type { WorkTime } from '#cases/time/work-time.ts'
import type { NewReport } from '#model/case.ts'
import { findCondition } from '#model/catalogue.ts'
import { Rejected } from '#model/error.ts'
import { partDistrict } from '#model/part.ts'
import { seconds } from '#model/time.ts'
import type { Surroundings } from '#monitor/ports.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Logger } from '#runtime/logger.ts'
import { repeat } from '#runtime/repeat.ts'
import { CaseDesk, type CaseDeskParts } from '#store/cases/case-desk.ts'
import { FilingBook } from '#store/cases/filing-book.ts'
import { reportsOf } from '#store/cases/reports.ts'
import { CaseNumbers } from '#store/commit/case-number.ts'
import type { Database } from '#store/database.ts'
import { createCaseQueries } from '#store/queries/cases.ts'
import type { createEpisodeQueries } from '#store/queries/episodes.ts'

/** Who works in the city, as the flow asks for it at each moment. */
export interface Staff {
  readonly departments: CaseWorld['departments']
  readonly inspectors: CaseWorld['inspectors']
  /** All of them, on duty or not. */
  readonly roster: readonly RosteredInspector[]
  readonly isInspector: CaseWorld['isInspector']
}

interface CasePartsOptions {
  readonly pool: Database['pool']
  readonly episodes: Pick<ReturnType<typeof createEpisodeQueries>, 'ofCase'>
  readonly surroundings: Surroundings
  readonly staff: () => Staff
  readonly workTime: () => WorkTime
  readonly bind: CaseDeskParts['bind']
  readonly city: { readonly district: string; readonly timeZone: string }
  readonly clock: Clock
  readonly log: Logger
}

/** How often the clock of the cases is looked at: deadlines are told within that. */
const BEAT = seconds(1)

/** The policies of the city and what the flow knows at each moment: needed before anything is committed. */
export async function openCaseWorld({
  pool,
  staff,
  workTime,
  clock,
  log,
}: Pick<CasePartsOptions, 'pool' | 'staff' | 'workTime' | 'clock' | 'log'>) {
  const filing = await FilingBook.open(pool, clock, log)
  const world = (): CaseWorld => {
    const { departments, inspectors, isInspector } = staff()
    return {
      time: workTime(),
      policyOf: (kind, condition) => filing.policyOf(kind, condition),
      departments,
      dispatchRules: filing.dispatchRules,
      inspectors,
      isInspector,
    }
  }
  return { filing, world }
}

/** Where people act on cases, and the clock that does so by itself. */
export function openCaseDesk(options: CasePartsOptions, world: () => CaseWorld) {
  const { pool, episodes, surroundings, staff, bind, city, clock, log } = options
  const desk = new CaseDesk({
    pool,
    law: CASE_LAW,
    world,
    numbers: new CaseNumbers(city.timeZone),
    clock,
    spotOf: (report) => spotOf(report, surroundings, city.district),
    bind,
  })
  const queries = createCaseQueries(pool)
  const cases = {
    ...queries,
    reports: (caseId) => reportsOf(pool, caseId),
    episodes: (caseId) => episodes.ofCase(caseId),
  } satisfies Cases
  const flow: CaseFlow = {
    actions: allowedCommands,
    proposedDepartment: (found) => proposeDepartment(found, world()),
    closing: ({ kind, condition }) =>
      (condition === null ? undefined : findCondition(kind, condition)?.closing) ?? null,
    inspectors: (found) => askableInspectors(found, staff().roster),
    remaining: (found) => remainingTime(found, world(), clock.now()),
  }
  const stop = repeat('clock of the cases', BEAT, () => desk.alarms(), log, { atOnce: true })
  return { desk, cases, flow, stop, watched: () => queries.watched() }
}

/** What is known of the spot of a report, and whose it is. */
function spotOf(
  { partId, place }: NewReport,
  surroundings: Surroundings,
  district: string,
): ReportSpot {
  const known = partId === null ? undefined : surroundings.part(partId)
  if (partId !== null && !known) {
    const detail = `there is no part ${partId}`
    throw new Rejected('invalid-input', detail, {
      detail: { errors: [{ field: 'partId', detail }] },
    })
  }
  const grid = place === null ? undefined : surroundings.gridOf(place)
  return {
    gridCode: grid?.code ?? null,
    district: grid?.code.slice(0, 6) ?? (partId === null ? district : partDistrict(partId)),
    address: known?.address ?? grid?.address ?? null,
    department: known?.department ?? null,
    network: null,
  }
}
