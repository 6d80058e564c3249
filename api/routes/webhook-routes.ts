import { Type } from 'typebox'
import type { App } from '#api/app.ts'
import { type Page, type PageRequest, pageOf, pageParameters, showPage } from '#api/paging.ts'
import { CaseNotice, TestNotice } from '#api/schemas/notice-view.ts'
import { answers, refTo, Uuid } from '#api/schemas/shared.ts'
import {
  showWebhook,
  WebhookTestView,
  WebhookView,
  WebhookWithSecret,
} from '#api/schemas/webhook-view.ts'
import { type DurationMs, seconds } from '#model/time.ts'
import { NewWebhook, type Webhook, WebhookPatch, type WebhookTest } from '#model/webhook.ts'

interface WithSecret {
  readonly webhook: Webhook
  readonly secret: string
}

/** What these routes need of the hooks. Throws `Rejected` as the routes answer. */
export interface Webhooks {
  list(filter: PageRequest): Promise<Page<Webhook>>
  get(id: string): Promise<Webhook>
  create(hook: NewWebhook): Promise<WithSecret>
  update(id: string, patch: WebhookPatch): Promise<Webhook>
  remove(id: string): Promise<void>
  /** How long the secret until now signs too; undefined: as is configured. */
  rotateSecret(id: string, overlap: DurationMs | undefined): Promise<WithSecret>
  test(id: string): Promise<WebhookTest>
}

const tags = ['webhooks']

export const WebhookParams = Type.Object({ id: Uuid })

const OVERLAP_MAX_S = 30 * 86_400

const Rotation = Type.Union([
  Type.Object(
    {
      overlap_s: Type.Optional(
        Type.Integer({
          minimum: 0,
          maximum: OVERLAP_MAX_S,
          description: 'How long the secret until now signs too; 0 where it became known.',
        }),
      ),
    },
    { additionalProperties: false },
  ),
  Type.Null(),
])

export function webhookRoutes(app: App, webhooks: Webhooks): void {
  app.addSchema(WebhookView)
  app.addSchema(WebhookWithSecret)
  app.addSchema(WebhookTestView)
  app.addSchema(CaseNotice)
  app.addSchema(TestNotice)

  app.get('/api/v1/webhooks', {
    schema: {
      tags,
      operationId: 'listWebhooks',
      summary: 'List who is told what happens to cases, the oldest first',
      querystring: Type.Object(pageParameters, { additionalProperties: false }),
      response: answers(200, pageOf(refTo(WebhookView))),
    },
    handler: async ({ query }) => showPage(await webhooks.list(query), showWebhook),
  })

  app.post('/api/v1/webhooks', {
    schema: {
      tags,
      operationId: 'createWebhook',
      summary: 'Have another system told what happens to cases from now on',
      body: NewWebhook,
      response: answers(201, refTo(WebhookWithSecret)),
    },
    handler: async ({ body }, reply) => {
      const { webhook, secret } = await webhooks.create(body)
      void reply.code(201).header('location', `/api/v1/webhooks/${webhook.id}`)
      return { ...showWebhook(webhook), secret }
    },
  })

  app.get('/api/v1/webhooks/:id', {
    schema: {
      tags,
      operationId: 'getWebhook',
      summary: 'Show a webhook',
      params: WebhookParams,
      response: answers(200, refTo(WebhookView)),
    },
    handler: async ({ params }) => showWebhook(await webhooks.get(params.id)),
  })

  app.patch('/api/v1/webhooks/:id', {
    schema: {
      tags,
      operationId: 'changeWebhook',
      summary: 'Change a webhook; what waits for it is tried at once, with new patience',
      params: WebhookParams,
      body: WebhookPatch,
      response: answers(200, refTo(WebhookView)),
    },
    handler: async ({ params, body }) => showWebhook(await webhooks.update(params.id, body)),
  })

  app.delete('/api/v1/webhooks/:id', {
    schema: {
      tags,
      operationId: 'removeWebhook',
      summary: 'Remove a webhook with all that it was or was to be told',
      params: WebhookParams,
      response: answers(204, Type.Null()),
    },
    handler: async ({ params }, reply) => {
      await webhooks.remove(params.id)
      return reply.code(204).send(null)
    },
  })

  app.post('/api/v1/webhooks/:id/secret', {
    schema: {
      tags,
      operationId: 'rotateWebhookSecret',
      summary: 'Give a webhook another secret; the one until now signs too for a while',
      params: WebhookParams,
      body: Rotation,
      response: answers(200, refTo(WebhookWithSecret)),
    },
    handler: async ({ params, body }) => {
      const overlap = body?.overlap_s === undefined ? undefined : seconds(body.overlap_s)
      const { webhook, secret } = await webhooks.rotateSecret(params.id, overlap)
      return { ...showWebhook(webhook), secret }
    },
  })

  app.post('/api/v1/webhooks/:id/test', {
    schema: {
      tags,
      operationId: 'testWebhook',
      summary: 'Send a notice that is about no case, and tell what came back',
      params: WebhookParams,
      response: answers(200, refTo(WebhookTestView)),
    },
    handler: async ({ params }) => webhooks.test(params.id),
  })
}
