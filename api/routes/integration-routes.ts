import { Type } from 'typebox'
import type { App } from '#api/app.ts'
import { principalOf } from '#api/authentication.ts'
import { Instant } from '#api/instant.ts'
import { type Page, type PageRequest, pageOf, pageParameters, showPage } from '#api/paging.ts'
import { answers, refTo, Uuid } from '#api/schemas/shared.ts'
import { type Integration, IntegrationFields } from '#model/integration.ts'
import { formatInstant } from '#model/time.ts'

/** What these routes need. It throws `Rejected` as the routes answer. */
export interface Integrations {
  list(filter: PageRequest): Promise<Page<Integration>>
  get(accountId: string): Promise<Integration>
  put(accountId: string, fields: IntegrationFields, by: string): Promise<Integration>
  remove(accountId: string): Promise<void>
  fieldsOf(accountId: string): Promise<IntegrationFields>
}

const tags = ['integrations']

const Params = Type.Object({ accountId: Uuid })

const IntegrationView = Type.Object(
  {
    accountId: Type.String(),
    ...IntegrationFields.properties,
    updatedAt: Instant,
    updatedBy: Type.String(),
  },
  { $id: 'Integration', description: 'What the account of another system may.' },
)

const show = ({ updatedAt, ...fields }: Integration): Type.Static<typeof IntegrationView> => ({
  ...fields,
  updatedAt: formatInstant(updatedAt),
})

export function integrationRoutes(app: App, integrations: Integrations): void {
  app.addSchema(IntegrationView)

  app.get('/api/v1/integrations', {
    schema: {
      tags,
      operationId: 'listIntegrations',
      summary: 'List what the accounts of other systems may, by account',
      querystring: Type.Object(pageParameters, { additionalProperties: false }),
      response: answers(200, pageOf(refTo(IntegrationView))),
    },
    handler: async (request) => {
      return showPage(await integrations.list(request.query), show)
    },
  })

  app.get('/api/v1/integrations/:accountId', {
    schema: {
      tags,
      operationId: 'getIntegration',
      summary: 'Show what the account of another system may',
      params: Params,
      response: answers(200, refTo(IntegrationView)),
    },
    handler: async (request) => {
      return show(await integrations.get(request.params.accountId))
    },
  })

  app.put('/api/v1/integrations/:accountId', {
    schema: {
      tags,
      operationId: 'putIntegration',
      summary: 'State what the account of another system may',
      description: 'Of an account of which nothing is stated: outside, no system, its own reports.',
      params: Params,
      body: IntegrationFields,
      response: answers(200, refTo(IntegrationView)),
    },
    handler: async (request) => {
      const { name } = principalOf(request)
      return show(await integrations.put(request.params.accountId, request.body, name))
    },
  })

  app.delete('/api/v1/integrations/:accountId', {
    schema: {
      tags,
      operationId: 'removeIntegration',
      summary: 'Take back what was stated of the account of another system',
      params: Params,
      response: answers(204, Type.Null()),
    },
    handler: async (request, reply) => {
      await integrations.remove(request.params.accountId)
      return reply.code(204).send(null)
    },
  })
}
