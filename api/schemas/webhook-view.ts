import { type Static, Type } from 'typebox'
import { Instant, showInstant } from '#api/instant.ts'
import { formatInstant } from '#model/time.ts'
import { DELIVERY_STATES, type Webhook, type WebhookDelivery } from '#model/webhook.ts'
import { nullable } from './shared.ts'

const texts = (description: string) => nullable(Type.Array(Type.String(), { description }))

const Count = (description: string) => Type.Integer({ minimum: 0, description })

export const WebhookView = Type.Object(
  {
    id: Type.String(),
    title: Type.String(),
    url: Type.String(),
    eventTypes: texts('Null: all.'),
    areas: texts('Null: the whole city.'),
    departments: texts('Null: whoever handles.'),
    enabled: Type.Boolean(),
    disabledBecause: nullable(Type.String({ description: 'Why Wanmi disabled it by itself.' })),
    formerSecretUntil: nullable({
      ...Instant,
      description: 'Until then the secret before this one signs too.',
    }),
    createdAt: Instant,
    updatedAt: Instant,
    pending: Count('Notices that wait.'),
    dead: Count('Notices that were given up.'),
  },
  { $id: 'Webhook' },
)
export type WebhookView = Static<typeof WebhookView>

/** A hook at the only moments when its secret is shown. */
export const WebhookWithSecret = Type.Object(
  {
    ...WebhookView.properties,
    secret: Type.String({ description: 'Signs notices; shown here and never again.' }),
  },
  { $id: 'WebhookWithSecret' },
)

export const WebhookDeliveryView = Type.Object(
  {
    webhookId: Type.String(),
    eventId: Type.String({ description: '`id` of the notice.' }),
    eventType: Type.String(),
    eventAt: Instant,
    caseId: Type.String(),
    sequence: Type.Integer({ description: 'Of the event within its case, from 1.' }),
    state: Type.Enum([...DELIVERY_STATES]),
    attempts: Count('Since it was last made pending.'),
    firstAttemptAt: nullable(Instant),
    lastAttemptAt: nullable(Instant),
    nextAttemptAt: nullable({
      ...Instant,
      description: 'Null while it is under way, waits behind another, or is not pending.',
    }),
    lastStatus: nullable(Type.Integer({ description: 'HTTP status; null: nothing answered.' })),
    lastError: nullable(Type.String()),
    settledAt: nullable(Instant),
    waitingBehind: Count('Pending notices of the same case that come after it.'),
  },
  { $id: 'WebhookDelivery' },
)
export type WebhookDeliveryView = Static<typeof WebhookDeliveryView>

export const WebhookTestView = Type.Object(
  {
    delivered: Type.Boolean(),
    status: nullable(Type.Integer({ description: 'HTTP status; null: nothing answered.' })),
    error: nullable(Type.String()),
    duration_ms: Type.Integer(),
  },
  { $id: 'WebhookTest' },
)

const copied = (list: readonly string[] | null): string[] | null => list && [...list]

export const showWebhook = (webhook: Webhook): WebhookView => ({
  ...webhook,
  eventTypes: copied(webhook.eventTypes),
  areas: copied(webhook.areas),
  departments: copied(webhook.departments),
  formerSecretUntil: showInstant(webhook.formerSecretUntil),
  createdAt: formatInstant(webhook.createdAt),
  updatedAt: formatInstant(webhook.updatedAt),
})

export const showDelivery = (delivery: WebhookDelivery): WebhookDeliveryView => ({
  ...delivery,
  eventAt: formatInstant(delivery.eventAt),
  firstAttemptAt: showInstant(delivery.firstAttemptAt),
  lastAttemptAt: showInstant(delivery.lastAttemptAt),
  nextAttemptAt: showInstant(delivery.nextAttemptAt),
  settledAt: showInstant(delivery.settledAt),
})
