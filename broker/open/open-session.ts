import type { ByteBudget } from './byte-budget.ts'
import { ClientQueue, type Drop, type Link } from './client-queue.ts'
import type { FilterTree } from './filter-tree.ts'

export interface OpenSessionOptions {
  readonly key: string
  /** It outlives its connection. */
  readonly isKept: boolean
  readonly tree: FilterTree<OpenSession>
  readonly budget: ByteBudget
  readonly queueMessages: number
  readonly onDropped: (why: Drop) => void
}

type QoS = 0 | 1 | 2

const FILTERS_MAX = 100
const RECEIVED_MAX = 1_000

/** The state of one open client: what it subscribed to, what is on its way in both directions. */
export class OpenSession {
  readonly key: string
  readonly isKept: boolean
  readonly queue: ClientQueue
  /** Packet ids of messages of QoS 2 that came and that the client has not released. */
  readonly #received = new Set<number>()
  readonly #filters = new Set<string>()
  readonly #tree: FilterTree<OpenSession>
  readonly #budget: ByteBudget
  #link: Link | undefined
  /** Since when nobody is connected, on the process's own clock, ms. */
  #leftAt = performance.now()

  constructor({ key, isKept, tree, budget, queueMessages, onDropped }: OpenSessionOptions) {
    this.key = key
    this.isKept = isKept
    this.queue = new ClientQueue({ budget, queueMessages, onDropped })
    this.#tree = tree
    this.#budget = budget
  }

  get isConnected(): boolean {
    return this.#link !== undefined
  }

  /** How long nobody has been connected, ms. */
  awayMs(now: number): number {
    return this.#link ? 0 : now - this.#leftAt
  }

  attach(link: Link): void {
    this.#link = link
    this.queue.attach(link)
  }

  detach(link: Link): void {
    if (this.#link !== link) return
    this.#link = undefined
    this.#leftAt = performance.now()
    this.queue.detach(link)
  }

  /** False when it is one filter too many. */
  subscribe(filter: string, qos: QoS): boolean {
    if (!this.#filters.has(filter)) {
      if (this.#filters.size >= FILTERS_MAX || !this.#budget.take(costOf(filter))) return false
      this.#filters.add(filter)
    }
    this.#tree.set(filter, this, qos)
    return true
  }

  unsubscribe(filter: string): void {
    if (!this.#filters.delete(filter)) return
    this.#budget.give(costOf(filter))
    this.#tree.delete(filter, this)
    this.queue.stopReplay(filter)
  }

  /** A message of QoS 2 came (MQTT-4.3.3-2). */
  receive(messageId: number): 'new' | 'known' | 'too-many' {
    if (this.#received.has(messageId)) return 'known'
    if (this.#received.size >= RECEIVED_MAX) return 'too-many'
    this.#received.add(messageId)
    return 'new'
  }

  release(messageId: number): void {
    this.#received.delete(messageId)
  }

  end(): void {
    for (const filter of this.#filters) this.unsubscribe(filter)
    this.queue.clear()
    this.#link = undefined
  }
}

/** Each level may be a place of its own in the tree. */
const costOf = (filter: string): number => filter.length + 256 * filter.split('/').length
