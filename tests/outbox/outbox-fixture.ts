import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { type DurationMs, type EpochMs, epochMs, hours, milliseconds, plus } from '#model/time.ts'
import type { NewWebhook, WebhookDelivery } from '#model/webhook.ts'
import { Dispatcher, type DispatcherParts, leaseFor } from '#outbox/dispatcher.ts'
import { HttpSender } from '#outbox/http-sender.ts'
import { createWebhookDesk } from '#outbox/webhook-desk.ts'
import type { Clock } from '#runtime/clock.ts'
import { silentLogger } from '#runtime/logger.ts'
import { createDeliveries } from '#store/outbox/deliveries.ts'
import { createOutbox } from '#store/outbox/outbox.ts'
import { createWebhooks } from '#store/outbox/webhooks.ts'
import { collectPages } from '#tests/store/queries/collect-pages.ts'
import { freshDatabase, type TestDatabase } from '#tests/support/database.ts'
import { CaseWriter } from './case-writer.ts'
import { Receiver } from './receiver.ts'

const NOON = epochMs(Date.UTC(2026, 10, 25, 4))
const TIMEOUT = milliseconds(2_000)
export const RETRY = { first: milliseconds(1_000), longest: hours(1), giveUpAfter: hours(24) }
export const LEASE = leaseFor(TIMEOUT)

/** Everything between the events of cases and another system, on a clock moved by hand. */
export class OutboxWorld {
  #now: EpochMs = NOON
  readonly clock: Clock = { now: () => this.#now }
  readonly cases: CaseWriter
  readonly hooks: ReturnType<typeof createWebhooks>
  readonly deliveries: ReturnType<typeof createDeliveries>
  readonly desk: ReturnType<typeof createWebhookDesk>
  readonly sender = new HttpSender({ allowPrivate: true, timeout: TIMEOUT })
  readonly dispatcher: Dispatcher
  readonly test: TestDatabase
  readonly receiver: Receiver

  constructor(test: TestDatabase, receiver: Receiver) {
    const { pool } = test.database
    this.test = test
    this.receiver = receiver
    this.cases = new CaseWriter(pool, () => this.#now)
    this.hooks = createWebhooks(pool)
    this.deliveries = createDeliveries(pool)
    this.dispatcher = this.newDispatcher()
    this.desk = createWebhookDesk({
      hooks: this.hooks,
      deliveries: this.deliveries,
      send: (notice, signal) => this.sender.send(notice, signal),
      clock: this.clock,
      targets: { allowPrivate: true },
      source: '/wanmi',
      secretOverlap: hours(24),
      poke: () => undefined,
    })
  }

  newDispatcher(change: Partial<DispatcherParts> = {}): Dispatcher {
    return new Dispatcher({
      outbox: createOutbox(this.test.database.pool),
      send: (notice, signal) => this.sender.send(notice, signal),
      clock: this.clock,
      log: silentLogger,
      source: '/wanmi',
      retry: RETRY,
      perHook: 4,
      lease: LEASE,
      ...change,
    })
  }

  get pool() {
    return this.test.database.pool
  }

  move(span: DurationMs): void {
    this.#now = plus(this.#now, span)
  }

  hook(change: Partial<NewWebhook> = {}) {
    return this.desk.create({ title: 'the other system', url: this.receiver.url, ...change })
  }

  /** Sends all that is due. */
  async run(dispatcher: Dispatcher = this.dispatcher): Promise<void> {
    await dispatcher.round()
    await dispatcher.idle()
  }

  /** The oldest first. */
  async all(filter: { webhookId?: string; caseId?: string } = {}): Promise<WebhookDelivery[]> {
    const found = await collectPages((page) => this.deliveries.list({ ...filter, ...page }), 100)
    return found.toReversed()
  }

  async states(filter: { webhookId?: string; caseId?: string } = {}): Promise<string[]> {
    return (await this.all(filter)).map(({ sequence, state }) => `${sequence} ${state}`)
  }
}

/** A world for each test of a file, without hooks or cases at its beginning. */
export function eachWithOutbox(): { readonly world: OutboxWorld } {
  let test: TestDatabase
  let world: OutboxWorld
  beforeAll(async () => {
    test = await freshDatabase()
  })
  afterAll(() => test.drop())
  beforeEach(async () => {
    await test.database.pool.query('delete from webhook')
    world = new OutboxWorld(test, await Receiver.start())
  })
  afterEach(async () => {
    await world.dispatcher.stop(milliseconds(0))
    world.sender.close()
    await world.receiver.stop()
  })
  return {
    get world() {
      return world
    },
  }
}
