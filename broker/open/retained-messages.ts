import type { ByteBudget } from './byte-budget.ts'
import { type OpenMessage, sizeOf } from './open-message.ts'
import { coversFilter } from './topic-filter.ts'

/** The last message of each topic that was published to be retained. In memory, and bounded. */
export class RetainedMessages {
  readonly #messages = new Map<string, OpenMessage>()
  readonly #budget: ByteBudget
  readonly #max: number

  constructor(budget: ByteBudget, max: number) {
    this.#budget = budget
    this.#max = max
  }

  get count(): number {
    return this.#messages.size
  }

  /** In place of the one before; an empty one clears the topic (MQTT-3.3.1-10). False: no room. */
  keep(message: OpenMessage): boolean {
    const { topic, payload } = message
    const before = this.#messages.get(topic)
    if (before) this.#budget.give(sizeOf(before))
    const isOneMore = !before && this.#messages.size >= this.#max
    const isKept = payload.length > 0 && !isOneMore && this.#budget.take(sizeOf(message))
    // Set in its place, so that whoever is walking along does not meet it again.
    if (isKept) this.#messages.set(topic, { ...message, retain: true })
    // What it replaces is out of date in any case.
    else this.#messages.delete(topic)
    return isKept || payload.length === 0
  }

  /** For each topic the message it has when it is come to, null where it does not match. */
  *matching(filter: string): Generator<OpenMessage | null> {
    for (const message of this.#messages.values()) {
      yield coversFilter(filter, message.topic) ? message : null
    }
  }
}
