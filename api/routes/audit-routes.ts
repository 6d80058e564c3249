import { Type } from 'typebox'
import { ACCESS } from '#api/access.ts'
import type { App } from '#api/app.ts'
import { instantParameter, readInstant } from '#api/instant.ts'
import { type Page, type PageRequest, pageOf, pageParameters, showPage } from '#api/paging.ts'
import { AuditView, showAudit } from '#api/schemas/audit-view.ts'
import { answers, nullable, refTo, Uuid } from '#api/schemas/shared.ts'
import { AUDIT_OUTCOMES, type AuditOutcome, type AuditRecord } from '#model/audit.ts'
import { DEPARTMENT_ROLES, ROLE_TITLES, ROLES, type Role, SUPERVISION_ROLES } from '#model/role.ts'
import type { EpochMs } from '#model/time.ts'

export interface AuditFilter extends PageRequest {
  readonly accountId?: string | undefined
  readonly action?: string | undefined
  readonly objectKind?: string | undefined
  readonly objectId?: string | undefined
  readonly outcome?: AuditOutcome | undefined
  readonly from?: EpochMs | undefined
  readonly to?: EpochMs | undefined
}

/** What these routes need of the audit log. */
export interface AuditReader {
  list(filter: AuditFilter): Promise<Page<AuditRecord>>
}

const given = Type.Optional(Type.String({ maxLength: 200 }))

const RoleView = Type.Object(
  {
    id: Type.Enum([...ROLES]),
    title: Type.Object({ en: Type.String(), zh: Type.String() }),
    side: nullable(
      Type.Union([Type.Literal('supervision'), Type.Literal('department')], {
        description: 'No account has roles of both sides.',
      }),
    ),
    routes: Type.Array(Type.String(), {
      description: 'What it may ask of this API, such as `GET /api/v1/cases`, within its bounds.',
    }),
  },
  { $id: 'Role' },
)

export function auditRoutes(app: App, log: AuditReader): void {
  app.addSchema(AuditView)
  app.addSchema(RoleView)

  app.get('/api/v1/audit', {
    schema: {
      tags: ['people'],
      operationId: 'listAudit',
      summary: 'List what was done and tried, the newest first',
      querystring: Type.Object(
        {
          ...pageParameters,
          accountId: Type.Optional(Uuid),
          action: given,
          objectKind: given,
          objectId: given,
          outcome: Type.Optional(Type.Enum([...AUDIT_OUTCOMES])),
          from: instantParameter('From then on.'),
          to: instantParameter('Before then.'),
        },
        { additionalProperties: false },
      ),
      response: answers(200, pageOf(refTo(AuditView))),
    },
    handler: async ({ query }) => {
      const { from, to, ...filter } = query
      const span = { from: readInstant('from', from), to: readInstant('to', to) }
      return showPage(await log.list({ ...filter, ...span }), showAudit)
    },
  })

  app.get('/api/v1/roles', {
    schema: {
      tags: ['people'],
      operationId: 'listRoles',
      summary: 'List the roles an account can have',
      response: answers(200, Type.Object({ items: Type.Array(refTo(RoleView)) })),
    },
    handler: async () =>
      Promise.resolve({
        items: ROLES.map((id) => ({
          id,
          title: ROLE_TITLES[id],
          side: sideOf(id),
          routes: routesOf(id),
        })),
      }),
  })
}

/** Those for which the role is asked; what everybody may is not among them. */
const routesOf = (role: Role): string[] =>
  Object.entries(ACCESS).flatMap(([route, { who }]) =>
    typeof who !== 'string' && who.includes(role) ? [route] : [],
  )

function sideOf(role: Role): 'supervision' | 'department' | null {
  if ((SUPERVISION_ROLES as readonly Role[]).includes(role)) return 'supervision'
  return (DEPARTMENT_ROLES as readonly Role[]).includes(role) ? 'department' : null
}
