import { v7 as uuidv7 } from 'uuid'
import { Rejected } from '#model/error.ts'
import { isStorable } from '#model/storable.ts'
import { between, type DurationMs, type EpochMs, plus } from '#model/time.ts'
import type {
  NewWebhook,
  Webhook,
  WebhookDelivery,
  WebhookPatch,
  WebhookTest,
} from '#model/webhook.ts'
import type { Clock } from '#runtime/clock.ts'
import { testNotice } from './cloud-event.ts'
import type { Send } from './ports.ts'
import { generateWebhookSecret, signedNotice } from './signature.ts'
import { type TargetPolicy, targetFault } from './target.ts'
import { errorOf, isDelivered } from './verdict.ts'

/** Where hooks are kept. Throws Rejected `not-found` where there is no such hook. */
interface Hooks {
  get(id: string): Promise<Webhook>
  create(hook: NewWebhook, secret: string, now: EpochMs): Promise<Webhook>
  update(id: string, patch: WebhookPatch, now: EpochMs): Promise<Webhook>
  rotateSecret(id: string, secret: string, formerUntil: EpochMs, now: EpochMs): Promise<Webhook>
  secrets(id: string, now: EpochMs): Promise<readonly string[]>
}

/** Where deliveries are kept, for changes by hand. */
interface Deliveries {
  replay(webhookId: string, eventId: string, now: EpochMs): Promise<WebhookDelivery>
  replayDead(webhookId: string, now: EpochMs): Promise<number>
  replayCase(webhookId: string, caseId: string, from: number, now: EpochMs): Promise<number>
  discard(webhookId: string, eventId: string, now: EpochMs): Promise<WebhookDelivery>
  discardDead(webhookId: string, now: EpochMs): Promise<number>
}

export interface WebhookDeskParts {
  readonly hooks: Hooks
  readonly deliveries: Deliveries
  readonly send: Send
  readonly clock: Clock
  readonly targets: TargetPolicy
  /** The `source` of every notice. */
  readonly source: string
  /** How long a former secret signs too, unless somebody says. */
  readonly secretOverlap: DurationMs
  /** Something may be due. */
  readonly poke: () => void
}

export interface WithSecret {
  readonly webhook: Webhook
  readonly secret: string
}

/**
 * What people do with hooks and their deliveries. Whatever can make a notice due has it sent at once.
 */
export function createWebhookDesk(parts: WebhookDeskParts) {
  const { hooks, deliveries, clock, source } = parts
  const check = (given: NewWebhook | WebhookPatch): void => {
    if (!isStorable(given)) {
      const detail = 'a text has a NUL or half a surrogate pair, which cannot be stored'
      throw new Rejected('invalid-input', detail)
    }
    const fault = given.url === undefined ? undefined : targetFault(given.url, parts.targets)
    if (fault !== undefined) throw refusedUrl(fault)
  }
  const poked = async <Result>(work: Promise<Result>): Promise<Result> => {
    const result = await work
    parts.poke()
    return result
  }

  return {
    /** @throws Rejected `invalid-input` when nothing may be sent to its address */
    async create(hook: NewWebhook): Promise<WithSecret> {
      check(hook)
      const secret = generateWebhookSecret()
      return { webhook: await hooks.create(hook, secret, clock.now()), secret }
    },

    /** @throws Rejected `not-found`, `invalid-input` */
    async update(id: string, patch: WebhookPatch): Promise<Webhook> {
      check(patch)
      return poked(hooks.update(id, patch, clock.now()))
    },

    /** The secret until now signs too for a while; 0: no more. */
    async rotateSecret(id: string, overlap = parts.secretOverlap): Promise<WithSecret> {
      const secret = generateWebhookSecret()
      const now = clock.now()
      return { webhook: await hooks.rotateSecret(id, secret, plus(now, overlap), now), secret }
    },

    /** Sends a notice that is about no case, also when the hook is disabled. */
    async test(id: string): Promise<WebhookTest> {
      const [hook, secrets] = await Promise.all([hooks.get(id), hooks.secrets(id, clock.now())])
      const eventId = uuidv7()
      const begun = clock.now()
      const body = testNotice(eventId, begun, source, hook)
      const notice = signedNotice({ url: hook.url, id: eventId, at: begun, body, secrets })
      const answer = await parts.send(notice, NEVER_STOPPED)
      const delivered = isDelivered(answer)
      return {
        delivered,
        status: answer.status,
        error: delivered ? null : errorOf(answer),
        duration_ms: between(begun, clock.now()),
      }
    },

    replay: (id: string, eventId: string) => poked(deliveries.replay(id, eventId, clock.now())),
    replayDead: (id: string) => poked(deliveries.replayDead(id, clock.now())),
    replayCase: (id: string, caseId: string, from: number) =>
      poked(deliveries.replayCase(id, caseId, from, clock.now())),
    discard: (id: string, eventId: string) => poked(deliveries.discard(id, eventId, clock.now())),
    discardDead: (id: string) => poked(deliveries.discardDead(id, clock.now())),
  }
}

const NEVER_STOPPED = new AbortController().signal

const refusedUrl = (detail: string): Rejected =>
  new Rejected('invalid-input', detail, { detail: { errors: [{ field: 'url', detail }] } })
