import { Type } from 'typebox'
import type { App } from '#api/app.ts'
import { type Page, type PageRequest, pageOf, pageParameters, showPage } from '#api/paging.ts'
import { answers, refTo, Uuid } from '#api/schemas/shared.ts'
import { showDelivery, WebhookDeliveryView } from '#api/schemas/webhook-view.ts'
import { DELIVERY_STATES, type DeliveryState, type WebhookDelivery } from '#model/webhook.ts'
import { WebhookParams } from './webhook-routes.ts'

/** What these routes need of the deliveries. Throws `Rejected` as the routes answer. */
export interface WebhookDeliveries {
  list(
    filter: PageRequest & {
      readonly webhookId?: string | undefined
      readonly state?: DeliveryState | undefined
      readonly caseId?: string | undefined
    },
  ): Promise<Page<WebhookDelivery>>
  replay(webhookId: string, eventId: string): Promise<WebhookDelivery>
  /** How many are sent again, in this and the next. */
  replayDead(webhookId: string): Promise<number>
  replayCase(webhookId: string, caseId: string, from: number): Promise<number>
  discard(webhookId: string, eventId: string): Promise<WebhookDelivery>
  /** How many were. */
  discardDead(webhookId: string): Promise<number>
}

const tags = ['webhooks']

const EventParams = Type.Object({ id: Uuid, eventId: Uuid })
const CaseParams = Type.Object({ id: Uuid, caseId: Uuid })

const Changed = Type.Object({ notices: Type.Integer({ description: 'How many.' }) })

export function webhookDeliveryRoutes(app: App, deliveries: WebhookDeliveries): void {
  app.addSchema(WebhookDeliveryView)

  app.get('/api/v1/webhooks/dead-letters', {
    schema: {
      tags,
      operationId: 'listDeadLetters',
      summary: 'List notices that were given up, the newest first, with how many wait behind each',
      querystring: Type.Object(
        { ...pageParameters, webhookId: Type.Optional(Uuid) },
        { additionalProperties: false },
      ),
      response: answers(200, pageOf(refTo(WebhookDeliveryView))),
    },
    handler: async ({ query }) =>
      showPage(await deliveries.list({ ...query, state: 'dead' }), showDelivery),
  })

  app.get('/api/v1/webhooks/:id/deliveries', {
    schema: {
      tags,
      operationId: 'listWebhookDeliveries',
      summary: 'List what a webhook was and is to be told, the newest first',
      params: WebhookParams,
      querystring: Type.Object(
        {
          ...pageParameters,
          state: Type.Optional(Type.Enum([...DELIVERY_STATES])),
          caseId: Type.Optional(Uuid),
        },
        { additionalProperties: false },
      ),
      response: answers(200, pageOf(refTo(WebhookDeliveryView))),
    },
    handler: async ({ params, query }) =>
      showPage(await deliveries.list({ ...query, webhookId: params.id }), showDelivery),
  })

  app.post('/api/v1/webhooks/:id/deliveries/:eventId/replay', {
    schema: {
      tags,
      operationId: 'replayDelivery',
      summary: 'Send a notice again, whatever became of it; one that waits is tried at once',
      params: EventParams,
      response: answers(200, refTo(WebhookDeliveryView)),
    },
    handler: async ({ params }) => showDelivery(await deliveries.replay(params.id, params.eventId)),
  })

  app.post('/api/v1/webhooks/:id/deliveries/:eventId/discard', {
    schema: {
      tags,
      operationId: 'discardDelivery',
      summary: 'Take out a notice that waits or was given up, so that those behind it go on',
      params: EventParams,
      response: answers(200, refTo(WebhookDeliveryView)),
    },
    handler: async ({ params }) =>
      showDelivery(await deliveries.discard(params.id, params.eventId)),
  })

  app.post('/api/v1/webhooks/:id/dead-letters/replay', {
    schema: {
      tags,
      operationId: 'replayDeadLetters',
      summary: 'Send again all notices to a webhook that were given up',
      params: WebhookParams,
      response: answers(200, Changed),
    },
    handler: async ({ params }) => ({ notices: await deliveries.replayDead(params.id) }),
  })

  app.post('/api/v1/webhooks/:id/dead-letters/discard', {
    schema: {
      tags,
      operationId: 'discardDeadLetters',
      summary: 'Take out all notices to a webhook that were given up',
      params: WebhookParams,
      response: answers(200, Changed),
    },
    handler: async ({ params }) => ({ notices: await deliveries.discardDead(params.id) }),
  })

  app.post('/api/v1/webhooks/:id/cases/:caseId/replay', {
    schema: {
      tags,
      operationId: 'replayCaseNotices',
      summary: 'Send the events of a case in their order, also those from before the webhook',
      params: CaseParams,
      querystring: Type.Object(
        {
          from: Type.Integer({
            minimum: 1,
            maximum: 2_147_483_647,
            default: 1,
            description: '`sequence` of the first.',
          }),
        },
        { additionalProperties: false },
      ),
      response: answers(200, Changed),
    },
    handler: async ({ params, query }) => ({
      notices: await deliveries.replayCase(params.id, params.caseId, query.from),
    }),
  })
}
