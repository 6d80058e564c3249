import { traceSending } from '#cli/service/trace-sending.ts'
import { messageOf } from '#model/error.ts'
import { between, days, hours, milliseconds, minus, seconds } from '#model/time.ts'
import { Dispatcher, leaseFor } from '#outbox/dispatcher.ts'
import { HttpSender } from '#outbox/http-sender.ts'
import { createWebhookDesk } from '#outbox/webhook-desk.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Config } from '#runtime/config.ts'
import type { Logger } from '#runtime/logger.ts'
import { type Metrics, onScrape } from '#runtime/metrics.ts'
import { repeat } from '#runtime/repeat.ts'
import type { Shutdown } from '#runtime/shutdown.ts'
import type { Tracer } from '#runtime/trace/tracer.ts'
import type { Database } from '#store/database.ts'
import { createDeliveries, type DeliveryFilter } from '#store/outbox/deliveries.ts'
import { createOutbox } from '#store/outbox/outbox.ts'
import { createWebhooks } from '#store/outbox/webhooks.ts'
import type { PageRequest } from '#store/queries/page.ts'

interface WebhookOptions {
  readonly config: Config['webhook']
  readonly pool: Database['pool']
  readonly clock: Clock
  readonly metrics: Metrics
  readonly tracer: Tracer
  readonly log: Logger
  /** Is told how to stop it. */
  readonly shutdown: Pick<Shutdown, 'add'>
}

/** Events of another process, and retries, are found so soon. */
const POLL = seconds(1)
const TIDY = hours(1)

/** Tells other systems what happens to cases, and lets people look after it. */
export function openWebhooks(options: WebhookOptions) {
  const { config, pool, clock, metrics, tracer, log, shutdown } = options
  const targets = { allowPrivate: config.privateTargets }
  const timeout = milliseconds(config.timeoutMs)
  const sender = new HttpSender({ ...targets, timeout })
  const send = traceSending((notice, signal) => sender.send(notice, signal), tracer)
  const dispatcher = new Dispatcher({
    outbox: createOutbox(pool),
    send,
    clock,
    log,
    source: config.source,
    retry: {
      first: milliseconds(config.retryFirstMs),
      longest: seconds(config.retryLongestS),
      giveUpAfter: seconds(config.giveUpAfterS),
    },
    perHook: config.concurrency,
    lease: leaseFor(timeout),
    onAttempt: ({ state }) => metrics.webhookAttempts.inc({ outcome: state }),
  })
  const hooks = createWebhooks(pool)
  const deliveries = createDeliveries(pool)
  const poke = (): void => dispatcher.poke()
  const desk = createWebhookDesk({
    hooks,
    deliveries,
    send,
    clock,
    targets,
    source: config.source,
    secretOverlap: seconds(config.secretOverlapS),
    poke,
  })
  tellBacklog(hooks, metrics, clock, log)
  const endPoll = repeat('webhooks', POLL, () => dispatcher.round(), log, { atOnce: true })
  const tidy = (): Promise<void> => {
    const now = clock.now()
    return hooks.tidy(minus(now, days(config.keepDays)), now)
  }
  const endTidy = repeat('webhook housekeeping', TIDY, tidy, log, { atOnce: true })
  shutdown.add('webhooks', async () => {
    await Promise.all([endPoll(), endTidy(), dispatcher.stop()])
    sender.close()
  })
  return {
    /** For the API. */
    ports: {
      webhooks: {
        ...desk,
        list: (filter: PageRequest) => hooks.list(filter),
        get: (id: string) => hooks.get(id),
        remove: (id: string) => hooks.remove(id),
      },
      webhookDeliveries: {
        ...desk,
        list: (filter: DeliveryFilter) => deliveries.list(filter),
      },
    },
    /** To be called after commits with events of cases, so that nobody waits for the next poll. */
    poke,
  }
}

function tellBacklog(
  hooks: ReturnType<typeof createWebhooks>,
  { webhookNotices, webhookOldestSeconds }: Metrics,
  clock: Clock,
  log: Logger,
): void {
  const read = async (tell: (backlog: Awaited<ReturnType<typeof hooks.backlog>>) => void) => {
    try {
      tell(await hooks.backlog())
    } catch (error) {
      // The other metrics are told all the same; these stay as they were.
      log.debug({ reason: messageOf(error) }, 'the backlog of notices is not known')
    }
  }
  onScrape(webhookNotices, () =>
    read(({ pending, dead }) => {
      webhookNotices.set({ state: 'pending' }, pending)
      webhookNotices.set({ state: 'dead' }, dead)
    }),
  )
  onScrape(webhookOldestSeconds, () =>
    read(({ oldestAt }) => {
      webhookOldestSeconds.set(oldestAt === null ? 0 : between(oldestAt, clock.now()) / 1_000)
    }),
  )
}
