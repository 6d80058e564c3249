import { type Static, Type } from 'typebox'
import type { App } from '#api/app.ts'
import { principalOf } from '#api/authentication.ts'
import { caseSight } from '#api/case-sight.ts'
import type { FindDevice } from '#api/device-in-sight.ts'
import { instantParameter, readInstant, readRange } from '#api/instant.ts'
import { type Page, type PageRequest, pageOf, pageParameters, showPage } from '#api/paging.ts'
import { CaseBasisView, showBasis } from '#api/schemas/basis-view.ts'
import { CaseEventView, showEvent } from '#api/schemas/case-event-view.ts'
import { CaseReportView, showReport } from '#api/schemas/case-report-view.ts'
import { CaseDetail, CaseView, showCase, showRemaining } from '#api/schemas/case-view.ts'
import { type EpisodeRecord, showEpisode } from '#api/schemas/episode-view.ts'
import { answers, nullable, refTo } from '#api/schemas/shared.ts'
import { CASE_SOURCES, type Case } from '#model/case.ts'
import type { CaseCommandName } from '#model/case-command.ts'
import type { CaseEvent } from '#model/case-event.ts'
import type { CaseReport } from '#model/case-report.ts'
import { CASE_STAGES, CASE_STATES, type CaseStage, type CaseState } from '#model/case-state.ts'
import { Rejected } from '#model/error.ts'
import type { Principal, Scope } from '#model/principal.ts'
import type { RemainingTime } from '#model/remaining-time.ts'
import { type Role, SUPERVISION_ROLES } from '#model/role.ts'
import { SEVERITIES } from '#model/rule.ts'
import type { EpochMs } from '#model/time.ts'
import { UUID_PATTERN } from '#model/uuid.ts'

export interface CaseConditions {
  readonly scope: Scope
  readonly state?: readonly CaseState[] | undefined
  readonly stage?: CaseStage | undefined
  readonly dueFrom?: EpochMs | undefined
  readonly dueTo?: EpochMs | undefined
  readonly from?: EpochMs | undefined
  readonly to?: EpochMs | undefined
  readonly text?: string | undefined
}

interface StateCount {
  readonly state: CaseState
  readonly count: number
  readonly overdue: number
}

/** What these routes need of the cases. What is out of scope is not there. */
export interface Cases {
  list(filter: CaseConditions & PageRequest): Promise<Page<Case>>
  counts(filter: CaseConditions): Promise<readonly StateCount[]>
  /** By id or number. */
  get(id: string, scope: Scope): Promise<Case>
  /** By id, in their order. */
  events(caseId: string): Promise<readonly CaseEvent[]>
  reports(caseId: string): Promise<readonly CaseReport[]>
  episodes(caseId: string): Promise<readonly EpisodeRecord[]>
}

/** What the flow says of a case to whoever asks. */
export interface CaseFlow {
  actions(found: Case, roles: readonly Role[]): readonly CaseCommandName[]
  proposedDepartment(found: Case): string | null
  closing(found: Case): { readonly en: string; readonly zh: string } | null
  /** Who may be asked to look at it, the nearest on duty first. */
  inspectors(found: Case): readonly {
    readonly accountId: string
    readonly name: string
    readonly isOnDuty: boolean
    readonly distance_m: number | null
  }[]
  /** What is left of the limit of what is to be done now; null where no clock runs. */
  remaining(found: Case): RemainingTime | null
}

export const CaseParams = Type.Object({
  id: Type.String({ pattern: `^[0-9]{19}$|${UUID_PATTERN}`, description: 'Its id or number.' }),
})

const text = (description: string, maxLength = 64) =>
  Type.Optional(Type.String({ minLength: 1, maxLength, description }))

/** What lists, counts and files of cases can be narrowed by. */
export const caseFilters = {
  state: Type.Optional(
    Type.String({
      maxLength: 300,
      description: `One or more, by commas: ${CASE_STATES.join(', ')}.`,
    }),
  ),
  stage: Type.Optional(Type.Enum([...CASE_STAGES])),
  kind: Type.Optional(Type.Enum(['part', 'event'])),
  source: Type.Optional(Type.Enum([...CASE_SOURCES])),
  severity: Type.Optional(Type.Enum([...SEVERITIES])),
  class: text('Major and minor, four digits.', 4),
  condition: text('The filing condition.'),
  deviceId: text('The device that opened it.'),
  partId: text('The part it is about.'),
  departmentId: text('Who handles it.'),
  inspectorId: text('Who is asked to look at it.'),
  masterId: text('Merged into this case.'),
  outsideNumber: text('Its number in another system.'),
  area: Type.Optional(
    Type.String({
      pattern: '^[0-9]{6}([0-9]{3}){0,3}$',
      description: '6 digits a district, 9 a street, 12 a community, 15 a unit grid.',
    }),
  ),
  overdue: Type.Optional(
    Type.Boolean({ description: 'What is to be done now, or the whole case.' }),
  ),
  dueFrom: instantParameter('Its deadline is at or after.'),
  dueTo: instantParameter('Its deadline is before.'),
  from: instantParameter('Reported at or after.'),
  to: instantParameter('Reported before.'),
  text: Type.Optional(
    Type.String({
      minLength: 2,
      maxLength: 100,
      description: 'In its number, title, description or address.',
    }),
  ),
}

type Filters = Partial<Static<ReturnType<typeof Type.Object<typeof caseFilters>>>>

/** @throws Rejected('invalid-input') */
export function readFilters({ state, dueFrom, dueTo, from, to, ...rest }: Filters, scope: Scope) {
  return {
    ...rest,
    scope,
    state: state === undefined ? undefined : readStates(state),
    dueFrom: readInstant('dueFrom', dueFrom),
    dueTo: readInstant('dueTo', dueTo),
    ...readRange({ ...(from !== undefined && { from }), ...(to !== undefined && { to }) }),
  }
}

function readStates(given: string): readonly CaseState[] {
  const names = given.split(',').map((name) => name.trim())
  const unknown = names.find((name) => !CASE_STATES.some((state) => state === name))
  if (unknown === undefined) return names as CaseState[]
  const detail = `${unknown} is no state: ${CASE_STATES.join(', ')}`
  throw new Rejected('invalid-input', detail, {
    detail: { errors: [{ parameter: 'state', detail }] },
  })
}

/** Whether somebody is told who reported: those who may have to ask back. */
const seesContact = ({ roles }: Principal): boolean =>
  roles.some((role) => SUPERVISION_ROLES.some((each) => each === role))

export function caseRoutes(app: App, findDevice: FindDevice, cases: Cases, flow: CaseFlow): void {
  app.addSchema(CaseView)
  app.addSchema(CaseBasisView)
  app.addSchema(CaseEventView)
  app.addSchema(CaseReportView)
  app.addSchema(CaseDetail)

  app.get('/api/v1/cases', {
    schema: {
      tags: ['cases'],
      operationId: 'listCases',
      summary: 'List cases, the newest first or the nearest deadline first',
      querystring: Type.Object(
        {
          ...pageParameters,
          ...caseFilters,
          order: Type.Optional(
            Type.Enum(['reported', 'deadline'], {
              description: 'deadline lists those that have one, the nearest first.',
            }),
          ),
        },
        { additionalProperties: false },
      ),
      response: answers(200, pageOf(refTo(CaseView))),
    },
    handler: async (request) => {
      const { limit, after, order, ...given } = request.query
      const conditions = readFilters(given, principalOf(request).scope)
      return showPage(
        await cases.list({ ...conditions, limit, after, ...(order && { order }) }),
        (found) => ({ ...showCase(found), remaining: showRemaining(flow.remaining(found)) }),
      )
    },
  })

  app.get('/api/v1/cases/counts', {
    schema: {
      tags: ['cases'],
      operationId: 'countCases',
      summary: 'Count cases by state, with how many of them are overdue',
      description: 'Where neither state nor stage is asked for, those that are not over.',
      querystring: Type.Object(caseFilters, { additionalProperties: false }),
      response: answers(
        200,
        Type.Object({
          items: Type.Array(
            Type.Object({
              state: Type.Enum([...CASE_STATES]),
              count: Type.Integer(),
              overdue: Type.Integer(),
            }),
          ),
        }),
      ),
    },
    handler: async (request) => {
      const counted = await cases.counts(readFilters(request.query, principalOf(request).scope))
      return { items: [...counted] }
    },
  })

  app.get('/api/v1/cases/:id', {
    schema: {
      tags: ['cases'],
      operationId: 'getCase',
      summary: 'Show a case: why it was opened, all that happened to it, what may be done now',
      params: CaseParams,
      response: answers(200, refTo(CaseDetail)),
    },
    handler: async (request) => {
      const principal = principalOf(request)
      const found = await cases.get(request.params.id, principal.scope)
      const sight = caseSight(found, principal.scope, findDevice)
      const [episodes, reports, events] = await Promise.all([
        cases.episodes(found.id),
        cases.reports(found.id),
        cases.events(found.id),
      ])
      return {
        ...showCase(found),
        remaining: showRemaining(flow.remaining(found)),
        actions: [...flow.actions(found, principal.roles)],
        proposedDepartmentId: flow.proposedDepartment(found),
        closing: flow.closing(found),
        episodes: sight.episodes(episodes).map(showEpisode),
        reports: reports.map((report) => showReport(report, seesContact(principal))),
        basis: found.basis && showBasis(sight.basis(found.basis)),
        events: events.map(showEvent),
      }
    },
  })

  app.get('/api/v1/cases/:id/inspectors', {
    schema: {
      tags: ['cases'],
      operationId: 'listInspectorsForCase',
      summary: 'List who may be asked to look at a case, the nearest on duty first',
      params: CaseParams,
      response: answers(
        200,
        Type.Object({
          items: Type.Array(
            Type.Object({
              accountId: Type.String(),
              name: Type.String(),
              isOnDuty: Type.Boolean({ description: 'Its terminal was heard of late.' }),
              distance_m: nullable(
                Type.Integer({ description: 'In a straight line; null: not known.' }),
              ),
            }),
          ),
        }),
      ),
    },
    handler: async (request) => {
      const found = await cases.get(request.params.id, principalOf(request).scope)
      return { items: flow.inspectors(found).map((each) => ({ ...each })) }
    },
  })
}
