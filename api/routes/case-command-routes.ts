import { Type } from 'typebox'
import type { App } from '#api/app.ts'
import { principalOf } from '#api/authentication.ts'
import { readInstant } from '#api/instant.ts'
import { CaseView, showCase } from '#api/schemas/case-view.ts'
import { answers, nullable, refTo, Uuid } from '#api/schemas/shared.ts'
import { CASE_SOURCES, type Case, type NewReport } from '#model/case.ts'
import { CASE_COMMAND_NAMES, CASE_COMMANDS, type CaseCommand } from '#model/case-command.ts'
import type { CaseOrigin } from '#model/case-event.ts'
import { Rejected } from '#model/error.ts'
import type { Principal, Scope } from '#model/principal.ts'
import { seesCase } from '#model/sees-case.ts'
import { CaseParams, type Cases } from './case-routes.ts'

/** Where commands and reports go. */
export interface CaseDesk {
  act(caseId: string, command: CaseCommand, principal: Principal, origin: CaseOrigin): Promise<Case>
  report(
    report: NewReport,
    principal: Principal,
    origin: CaseOrigin,
  ): Promise<{ readonly reportId: string; readonly case: Case; readonly isNew: boolean }>
}

const SOURCES = CASE_SOURCES.filter((source) => source !== 'device')

const optional = <Schema extends ReturnType<typeof Type.String>>(schema: Schema) =>
  Type.Optional(nullable(schema))

export const NewReportBody = Type.Object(
  {
    source: Type.Enum(SOURCES),
    kind: Type.Enum(['part', 'event']),
    edition: optional(Type.String({ minLength: 1, maxLength: 64 })),
    class: optional(Type.String({ pattern: '^[0-9]{4}$' })),
    condition: optional(Type.String({ minLength: 1, maxLength: 64 })),
    description: Type.String({ minLength: 1, maxLength: 2_000, pattern: '\\S' }),
    lon_deg: Type.Optional(Type.Number({ minimum: -180, maximum: 180, description: 'WGS-84.' })),
    lat_deg: Type.Optional(Type.Number({ minimum: -90, maximum: 90, description: 'WGS-84.' })),
    address: optional(Type.String({ minLength: 1, maxLength: 300 })),
    partId: optional(Type.String({ pattern: '^[0-9]{16}$' })),
    observedAt: optional(Type.String({ maxLength: 40, description: 'Unset: now.' })),
    isUrgent: Type.Boolean({ default: false }),
    attachments: Type.Array(Uuid, { maxItems: 20, default: [] }),
    outsideNumber: optional(Type.String({ minLength: 1, maxLength: 64 })),
    contact: Type.Optional(
      Type.Object(
        {
          name: optional(Type.String({ minLength: 1, maxLength: 100 })),
          phone: optional(Type.String({ minLength: 1, maxLength: 40 })),
        },
        { additionalProperties: false },
      ),
    ),
    key: optional(
      Type.String({
        minLength: 1,
        maxLength: 100,
        description: "The reporter's own: the same report sent again changes nothing.",
      }),
    ),
  },
  { additionalProperties: false },
)

const Answer = Type.Object({
  reportId: Type.String(),
  isNew: Type.Boolean({ description: 'False: it joined a case that was open already.' }),
  case: nullable(refTo(CaseView)),
})

export function caseCommandRoutes(app: App, desk: CaseDesk, cases: Pick<Cases, 'get'>): void {
  app.post('/api/v1/reports', {
    schema: {
      tags: ['cases'],
      operationId: 'reportProblem',
      summary: 'Report a problem: it joins the open case about the same, or opens one',
      body: NewReportBody,
      response: answers(201, Answer),
    },
    handler: async (request, reply) => {
      const { lon_deg, lat_deg, observedAt, contact, ...body } = request.body
      if ((lon_deg === undefined) !== (lat_deg === undefined)) {
        const detail = 'lon_deg and lat_deg come together'
        throw new Rejected('invalid-input', detail, {
          detail: { errors: [{ field: lon_deg === undefined ? 'lon_deg' : 'lat_deg', detail }] },
        })
      }
      const report: NewReport = {
        source: body.source,
        kind: body.kind,
        edition: body.edition ?? null,
        class: body.class ?? null,
        condition: body.condition ?? null,
        description: body.description,
        place: lon_deg === undefined || lat_deg === undefined ? null : { lon_deg, lat_deg },
        address: body.address ?? null,
        partId: body.partId ?? null,
        observedAt: readInstant('observedAt', observedAt ?? undefined) ?? null,
        isUrgent: body.isUrgent,
        attachments: body.attachments,
        outsideNumber: body.outsideNumber ?? null,
        contact: contact ? { name: contact.name ?? null, phone: contact.phone ?? null } : null,
        key: body.key ?? null,
      }
      const principal = principalOf(request)
      const { reportId, isNew, case: found } = await desk.report(report, principal, 'api')
      // What it joined may lie beyond the sight of whoever reported it.
      const seen = seesCase(principal.scope, found) ? showCase(found) : null
      return await reply.code(201).send({ reportId, isNew, case: seen })
    },
  })

  for (const name of CASE_COMMAND_NAMES) {
    app.post(`/api/v1/cases/:id/${name}`, {
      schema: {
        tags: ['cases'],
        operationId: operationOf(name),
        summary: SUMMARIES[name],
        params: CaseParams,
        body: CASE_COMMANDS[name],
        response: answers(200, refTo(CaseView)),
      },
      handler: async (request) => {
        const principal = principalOf(request)
        const id = await idOf(cases, request.params.id, principal.scope)
        const command = { ...(request.body as object), name } as CaseCommand
        return showCase(await desk.act(id, command, principal, 'api'))
      },
    })
  }
}

/** A case may be named by its number. */
const idOf = async (cases: Pick<Cases, 'get'>, id: string, scope: Scope): Promise<string> =>
  /^[0-9]{19}$/.test(id) ? (await cases.get(id, scope)).id : id

const operationOf = (name: string): string =>
  `${name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase())}Case`

const SUMMARIES: Readonly<Record<CaseCommand['name'], string>> = {
  accept: 'Accept a report (受理)',
  reject: 'Reject a report with a reason (不予受理)',
  'ask-pre-verification': 'Ask an inspector to look before it is filed (核实)',
  'pre-verify': 'Say what was found on site',
  file: 'File it under a class and a filing condition (立案)',
  dispatch: 'Dispatch it to a department (派遣)',
  return: 'Return it with a reason: it is not ours (回退)',
  start: 'Start handling (处置)',
  note: 'Note something on it',
  'feed-back': 'Say that it is handled (反馈)',
  'ask-post-check': 'Ask an inspector to check (核查)',
  'post-check': 'Say whether it is put right; if not it goes back to the department (返工)',
  close: 'Close it (结案)',
  rework: 'Send it back to the same department (返工)',
  void: 'Void it (作废)',
  'ask-extension': 'Ask for an extension before the deadline (延期)',
  'grant-extension': 'Grant the extension asked for: one original limit more',
  'refuse-extension': 'Refuse the extension asked for',
  'ask-parking': 'Ask to stop the clock until a date (挂账)',
  'grant-parking': 'Grant the parking asked for',
  'refuse-parking': 'Refuse the parking asked for',
  resume: 'Let the clock of a parked case go on',
  urge: 'Urge it (督办)',
  'mark-key': 'Make it a key case, or no longer one (重点案件)',
  merge: 'Merge it into a master case (并案)',
  split: 'Undo its merge (拆案)',
  reopen: 'Take it up again within the window of its policy (重开)',
}
