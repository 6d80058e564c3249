import { type TSchema, Type } from 'typebox'
import { CASE_EVENT_TYPES } from './case-event.ts'
import { clearable } from './clearable.ts'
import type { EpochMs } from './time.ts'

/**
 * What becomes of the notice of one event to one hook.
 *
 * - `pending`: to be sent, once those of the same case before it are done with
 * - `delivered`: the other system took it
 * - `dead`: given up after many attempts; holds those of the same case behind it
 * - `discarded`: taken out by a person, so that those behind it go on
 */
export const DELIVERY_STATES = ['pending', 'delivered', 'dead', 'discarded'] as const
export type DeliveryState = (typeof DELIVERY_STATES)[number]

const Url = Type.String({
  minLength: 1,
  maxLength: 2_000,
  description: 'Where notices are posted to: http or https, without a name and password in it.',
})
const Title = Type.String({ minLength: 1, maxLength: 200, pattern: '\\S' })

const some = <Item extends TSchema>(item: Item, description: string) =>
  Type.Array(item, { minItems: 1, maxItems: 200, uniqueItems: true, description })

const EventTypes = some(Type.Enum([...CASE_EVENT_TYPES]), 'Types of case events; null: all.')
const Areas = some(
  Type.String({ pattern: '^(\\d{6}|\\d{9}|\\d{12}|\\d{15})$' }),
  'Codes of districts, streets, communities or unit grids; null: the whole city.',
)
const Departments = some(
  Type.String({ minLength: 1, maxLength: 64 }),
  'Ids of departments that handle; null: whoever does.',
)
const Enabled = Type.Boolean({ description: 'A disabled hook is told of nothing that happens.' })

export const NewWebhook = Type.Object(
  {
    title: Title,
    url: Url,
    eventTypes: clearable(EventTypes),
    areas: clearable(Areas),
    departments: clearable(Departments),
    enabled: Type.Optional(Enabled),
  },
  { additionalProperties: false },
)
export type NewWebhook = Type.Static<typeof NewWebhook>

export const WebhookPatch = Type.Object(
  {
    title: Type.Optional(Title),
    url: Type.Optional(Url),
    eventTypes: clearable(EventTypes),
    areas: clearable(Areas),
    departments: clearable(Departments),
    enabled: Type.Optional(Enabled),
  },
  { additionalProperties: false },
)
export type WebhookPatch = Type.Static<typeof WebhookPatch>

/** Another system that is told what happens to cases. */
export interface Webhook {
  /** UUID v7. */
  readonly id: string
  readonly title: string
  readonly url: string
  /** Null in these three: not bounded in that respect. */
  readonly eventTypes: readonly string[] | null
  readonly areas: readonly string[] | null
  readonly departments: readonly string[] | null
  readonly enabled: boolean
  /** Why Wanmi disabled it; null when it did not. */
  readonly disabledBecause: string | null
  /** Until when the secret before this one signs too; null when there is none. */
  readonly formerSecretUntil: EpochMs | null
  readonly createdAt: EpochMs
  readonly updatedAt: EpochMs
  /** How many notices are so. */
  readonly pending: number
  readonly dead: number
}

/** The notice of one event to one hook, and what has become of it. */
export interface WebhookDelivery {
  readonly webhookId: string
  /** Of the event, and so of the notice. */
  readonly eventId: string
  readonly eventType: string
  readonly eventAt: EpochMs
  readonly caseId: string
  /** Of the event within its case. */
  readonly sequence: number
  readonly state: DeliveryState
  /** Since it was last made pending. */
  readonly attempts: number
  readonly firstAttemptAt: EpochMs | null
  readonly lastAttemptAt: EpochMs | null
  /** Null while it is under way, waits behind another, or is not pending. */
  readonly nextAttemptAt: EpochMs | null
  /** HTTP status of the last answer; null when there was none. */
  readonly lastStatus: number | null
  readonly lastError: string | null
  /** When it was delivered or discarded. */
  readonly settledAt: EpochMs | null
  /** Pending notices of the same case to the same hook that come after it. */
  readonly waitingBehind: number
}

/** What came of a test. */
export interface WebhookTest {
  readonly delivered: boolean
  readonly status: number | null
  readonly error: string | null
  readonly duration_ms: number
}
