import { ByteBudget } from './byte-budget.ts'
import type { Drop } from './client-queue.ts'
import { FilterTree } from './filter-tree.ts'
import type { OpenMessage } from './open-message.ts'
import { OpenSession } from './open-session.ts'
import { RetainedMessages } from './retained-messages.ts'

export interface OpenLimits {
  /** Of all that is kept. */
  readonly memoryBytes: number
  readonly retainedMessages: number
  /** Sessions that are kept while nobody is connected. */
  readonly keptSessions: number
  /** How long they are. */
  readonly keepSessionMs: number
  readonly queueMessages: number
}

/** All open clients, connected and kept, and the messages between them. */
export class OpenSessions {
  readonly #limits: OpenLimits
  readonly #onDropped: (why: Drop) => void
  readonly #sessions = new Map<string, OpenSession>()
  readonly #tree = new FilterTree<OpenSession>()
  readonly #budget: ByteBudget
  readonly #retained: RetainedMessages
  #kept = 0

  constructor(limits: OpenLimits, onDropped: (why: Drop) => void) {
    this.#limits = limits
    this.#onDropped = onDropped
    this.#budget = new ByteBudget(limits.memoryBytes)
    this.#retained = new RetainedMessages(this.#budget, limits.retainedMessages)
  }

  get counts() {
    return {
      sessions: this.#sessions.size,
      kept: this.#kept,
      retained: this.#retained.count,
      bytes: this.#budget.usedBytes,
    }
  }

  /** Whether a session of that key is kept. */
  has(key: string): boolean {
    return this.#sessions.get(key)?.isKept ?? false
  }

  /** Whether another session may be kept, or this one is already. */
  mayKeep(key: string): boolean {
    return this.has(key) || this.#kept < this.#limits.keptSessions
  }

  /** The session of a client that was let in: the one that is kept, or a new one. */
  open(key: string, isKept: boolean): OpenSession {
    const found = this.#sessions.get(key)
    if (found && found.isKept && isKept) return found
    if (found) this.end(found)
    const session = new OpenSession({
      key,
      isKept,
      tree: this.#tree,
      budget: this.#budget,
      queueMessages: this.#limits.queueMessages,
      onDropped: this.#onDropped,
    })
    this.#sessions.set(key, session)
    if (isKept) this.#kept++
    return session
  }

  end(session: OpenSession): void {
    session.end()
    if (this.#sessions.get(session.key) !== session) return
    this.#sessions.delete(session.key)
    if (session.isKept) this.#kept--
  }

  /** Hands a message to everybody who subscribed to its topic, one copy each. */
  route(message: OpenMessage): void {
    for (const [session, granted] of this.#tree.match(message.topic)) {
      const qos = Math.min(message.qos, granted) as 0 | 1 | 2
      session.queue.offer({ ...message, qos, retain: false })
    }
  }

  retain(message: OpenMessage): void {
    if (!this.#retained.keep(message)) this.#onDropped('retained-full')
  }

  /** Sends what is retained to a session that has subscribed (MQTT-3.3.1-6). */
  replay(session: OpenSession, filter: string, qos: 0 | 1 | 2): void {
    session.queue.replay(filter, qos, this.#retained.matching(filter))
  }

  /** Ends sessions to which nobody has come back. */
  expire(now: number): void {
    for (const session of this.#sessions.values()) {
      if (session.awayMs(now) > this.#limits.keepSessionMs) this.end(session)
    }
  }
}
