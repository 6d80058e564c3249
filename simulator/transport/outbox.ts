/** What a device wants to be rid of. Callers may hang facts of their own on it. */
export interface Message {
  readonly topic: string
  readonly payload: string | Buffer
  readonly qos: 0 | 1
}

/** A message on its way out. `id` is 0 at QoS 0. */
export interface Sending<M extends Message> {
  readonly message: M
  readonly id: number
  /** Sent before, on a connection that was lost. */
  readonly dup: boolean
}

const ID_MAX = 65_534
/** Never given to a message: the client subscribes with it. */
export const SUBSCRIBE_ID = 65_535

/**
 * The messages of one client: waiting, and sent but not acknowledged. Never more than `window` of
 * the latter. After a lost connection those go first, in their old order and under their old ids.
 */
export class Outbox<M extends Message> {
  readonly #window: number
  readonly #inFlight = new Map<number, M>()
  #waiting: M[] = []
  #head = 0
  #again: number[] = []
  #lastId = 0

  constructor(window: number) {
    this.#window = window
  }

  get waiting(): number {
    return this.#waiting.length - this.#head
  }

  get inFlight(): number {
    return this.#inFlight.size
  }

  add(message: M): void {
    this.#waiting.push(message)
  }

  /** The next to send, or undefined when there is none or the window is full. */
  next(): Sending<M> | undefined {
    for (let id = this.#again.shift(); id !== undefined; id = this.#again.shift()) {
      const message = this.#inFlight.get(id)
      if (message) return { message, id, dup: true }
    }
    const message = this.#waiting[this.#head]
    if (!message) return undefined
    if (message.qos === 0) {
      this.#drop()
      return { message, id: 0, dup: false }
    }
    if (this.#inFlight.size >= this.#window) return undefined
    this.#drop()
    const id = this.#freeId()
    this.#inFlight.set(id, message)
    return { message, id, dup: false }
  }

  /** The message of that id, once; undefined for an id that is not in flight. */
  acknowledge(id: number): M | undefined {
    const message = this.#inFlight.get(id)
    this.#inFlight.delete(id)
    return message
  }

  /** The connection is gone: what was in flight on it has to be sent again. */
  rewind(): void {
    this.#again = [...this.#inFlight.keys()]
  }

  // Moving the head instead of the rest keeps a long queue cheap; it is cut when half is behind.
  #drop(): void {
    this.#head += 1
    if (this.#head * 2 >= this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#head)
      this.#head = 0
    }
  }

  #freeId(): number {
    do {
      this.#lastId = (this.#lastId % ID_MAX) + 1
    } while (this.#inFlight.has(this.#lastId))
    return this.#lastId
  }
}
