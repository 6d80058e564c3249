import { type Static, Type } from 'typebox'
import { Instant, showInstant } from '#api/instant.ts'
import { CASE_DUTIES, CASE_SOURCES, type Case, DEADLINE_MARKS, WATCH_STATES } from '#model/case.ts'
import { CASE_COMMAND_NAMES } from '#model/case-command.ts'
import { CASE_STAGES, CASE_STATES, STAGE_TITLES, STATE_FACTS } from '#model/case-state.ts'
import { LIMIT_UNITS } from '#model/limit.ts'
import { SEVERITIES } from '#model/rule.ts'
import { formatInstant } from '#model/time.ts'
import { CaseBasisView } from './basis-view.ts'
import { CaseEventView } from './case-event-view.ts'
import { CaseReportView } from './case-report-view.ts'
import { EpisodeView } from './episode-view.ts'
import { nullable, PlaceView, refTo } from './shared.ts'

const Titles = Type.Object({ en: Type.String(), zh: Type.String() })
const Text = Type.String()
const Count = Type.Integer({ minimum: 0 })
const account = (description: string) => nullable(Type.String({ description }))

const instants = {
  acceptedAt: nullable(Instant),
  preVerifiedAt: nullable(Instant),
  filedAt: nullable(Instant),
  dispatchedAt: nullable(Instant),
  startedAt: nullable(Instant),
  fedBackAt: nullable(Instant),
  checkedAt: nullable(Instant),
  closedAt: nullable(Instant),
  deadlineAt: nullable(
    Type.String({ format: 'date-time', description: 'Of what is to be done now.' }),
  ),
  handleDeadlineAt: nullable(
    Type.String({ format: 'date-time', description: 'Of handling, with extensions and parking.' }),
  ),
  originalDeadlineAt: nullable(
    Type.String({ format: 'date-time', description: 'Of handling at the first dispatch.' }),
  ),
  caseDeadlineAt: nullable(Type.String({ format: 'date-time', description: 'Of the whole case.' })),
  parkedUntil: nullable(Instant),
} as const
const INSTANTS = Object.keys(instants) as readonly (keyof typeof instants)[]

const plain = {
  id: Text,
  number: Type.String({ description: '19 digits: district, date, serial of the day.' }),
  version: Type.Integer({ description: 'Rises with every change.' }),
  state: Type.Enum([...CASE_STATES]),
  source: Type.Enum([...CASE_SOURCES]),
  kind: Type.Enum(['part', 'event']),
  objectId: nullable(Type.String({ description: 'The part, or the device that sits on none.' })),
  phenomenon: nullable(Text),
  edition: nullable(Type.String({ description: 'Of the catalogue of classes.' })),
  class: nullable(Text),
  condition: nullable(Type.String({ description: 'The filing condition.' })),
  severity: Type.Enum([...SEVERITIES]),
  title: Text,
  description: nullable(Text),
  deviceId: nullable(Text),
  ruleId: nullable(Text),
  partId: nullable(Text),
  gridCode: nullable(Text),
  district: Text,
  areaCode: Type.String({ description: 'The unit grid, or the district where none holds it.' }),
  network: nullable(Text),
  place: nullable(refTo(PlaceView)),
  address: nullable(Text),
  department: nullable(Type.String({ description: 'Who looks after it, as its record says.' })),
  departmentId: nullable(Type.String({ description: 'Who handles it, once dispatched.' })),
  outsideSystem: nullable(Type.String({ description: 'The system it was taken over from.' })),
  outsideNumber: nullable(Text),
  limit: nullable(Type.Object({ amount: Type.Number(), unit: Type.Enum([...LIMIT_UNITS]) })),
  deadlineMark: Type.Enum([...DEADLINE_MARKS]),
  caseDeadlineMark: Type.Enum([...DEADLINE_MARKS]),
  lateDuties: Type.Array(Type.Enum([...CASE_DUTIES]), { description: 'Not done in time.' }),
  reportedBy: account('The account that reported it.'),
  acceptedBy: nullable(Text),
  preVerifiedBy: nullable(Text),
  filedBy: nullable(Text),
  dispatchedBy: nullable(Text),
  handledBy: nullable(Text),
  checkedBy: nullable(Text),
  closedBy: nullable(Text),
  inspectorId: account('The inspector who is asked to look.'),
  isUrgent: Type.Boolean(),
  isKey: Type.Boolean(),
  isAutomatic: Type.Boolean({ description: 'Filed by policy, without a person.' }),
  extensions: Count,
  parkings: Count,
  returns: Count,
  reworks: Count,
  urgings: Count,
  reopenings: Count,
  joined: Type.Integer({ minimum: 0, description: 'Reports and episodes that joined it.' }),
  recurrences: Type.Integer({ minimum: 0, description: 'Earlier cases of its class within 50 m.' }),
  masterId: nullable(Text),
  relapseOf: nullable(Text),
  watch: nullable(Type.Enum([...WATCH_STATES])),
} as const
const PLAIN = Object.keys(plain) as readonly (keyof typeof plain)[]

const CaseRequestView = Type.Object({
  type: Type.Enum(['extension', 'parking']),
  until: nullable(Instant),
  reason: Text,
  by: Text,
  at: Instant,
})

const caseProperties = {
  ...plain,
  ...instants,
  /** In English as `title` where no rule gave it, or somebody changed it. */
  titles: Titles,
  stage: Type.Enum([...CASE_STAGES]),
  stageTitle: Titles,
  stateTitle: Titles,
  vendorStage: Type.Integer({ description: 'As common platforms number the stages.' }),
  reportedAt: Instant,
  stateSince: Instant,
  updatedAt: Instant,
  request: nullable(CaseRequestView),
}

export const CaseView = Type.Object(caseProperties, { $id: 'Case' })
export type CaseView = Static<typeof CaseView>

export const CaseDetail = Type.Object(
  {
    ...caseProperties,
    actions: Type.Array(Type.Enum([...CASE_COMMAND_NAMES]), {
      description: 'What whoever asks may do to it now, by state and role.',
    }),
    proposedDepartmentId: nullable(Text),
    closing: nullable(Type.Object({ en: Text, zh: Text }, { description: 'What closes it.' })),
    episodes: Type.Array(refTo(EpisodeView)),
    reports: Type.Array(refTo(CaseReportView)),
    basis: nullable(refTo(CaseBasisView)),
    events: Type.Array(refTo(CaseEventView), { description: 'In their order, none ever changed.' }),
  },
  { $id: 'CaseDetail' },
)

export function showCase(found: Case): CaseView {
  const { stage, vendorStage, title } = STATE_FACTS[found.state]
  const { request } = found
  return {
    ...(Object.fromEntries(PLAIN.map((name) => [name, found[name]])) as Pick<
      CaseView,
      keyof typeof plain
    >),
    ...(Object.fromEntries(INSTANTS.map((name) => [name, showInstant(found[name])])) as Pick<
      CaseView,
      keyof typeof instants
    >),
    titles: titlesOf(found),
    stage,
    stageTitle: STAGE_TITLES[stage],
    stateTitle: title,
    vendorStage,
    reportedAt: formatInstant(found.reportedAt),
    stateSince: formatInstant(found.stateSince),
    updatedAt: formatInstant(found.updatedAt),
    request: request && {
      ...request,
      until: showInstant(request.until),
      at: formatInstant(request.at),
    },
  }
}

function titlesOf({ title, basis }: Case): CaseView['titles'] {
  return basis !== null && basis.title.zh === title ? basis.title : { zh: title, en: title }
}
