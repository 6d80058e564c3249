import { publish, pubrel } from '#broker/outgoing-packets.ts'
import type { ByteBudget } from './byte-budget.ts'
import { type OpenMessage, sizeOf } from './open-message.ts'

/** The way to a client while it is connected. */
export interface Link {
  write(bytes: Buffer): void
  /** Bytes written that its socket has not taken. */
  readonly waitingBytes: number
}

export type Drop = 'queue-full' | 'memory-full' | 'not-reading' | 'retained-full'

export interface ClientQueueOptions {
  readonly budget: ByteBudget
  /** Most messages that wait for the client to be there, or to acknowledge others. */
  readonly queueMessages: number
  readonly onDropped: (why: Drop) => void
}

/** `released`: the client has a message of QoS 2, and is asked to say that it let go of its id. */
interface InFlight {
  readonly message: OpenMessage
  readonly isReleased: boolean
}

const IN_FLIGHT_MAX = 20
const MESSAGE_ID_MAX = 65_535
// A client that reads more slowly than this is sent nothing more for now.
const WAITING_MAX_BYTES = 256 * 1_024
// Retained messages looked at in one turn: the rest waits for the next.
const LOOKED_AT_MAX = 500

/**
 * What is on its way to one open client: messages of QoS 1 and 2 until they are acknowledged, in the
 * order in which they came (MQTT-4.6.0-6), under packet ids that are free. Where the session is
 * kept this outlives the connection; what was under way is sent again on the next (MQTT-4.4.0-1).
 */
export class ClientQueue {
  readonly #options: ClientQueueOptions
  readonly #waiting: OpenMessage[] = []
  readonly #inFlight = new Map<number, InFlight>()
  /** Retained messages still to be looked at, by the filter that asked for them. */
  readonly #replays = new Map<string, { readonly qos: 0 | 1 | 2; readonly from: Replay }>()
  #link: Link | undefined
  #lastId = 0
  #isDueAgain = false

  constructor(options: ClientQueueOptions) {
    this.#options = options
  }

  /** The client is there; what it has not acknowledged is sent again. */
  attach(link: Link): void {
    this.#link = link
    for (const [id, { message, isReleased }] of this.#inFlight) {
      link.write(isReleased ? pubrel(id) : publish(message, id, true))
    }
    this.pump()
  }

  detach(link: Link): void {
    if (this.#link === link) this.#link = undefined
  }

  /** Of QoS 0 nothing is kept for a client that is not there (MQTT 3.1.2.4 leaves that open). */
  offer(message: OpenMessage): void {
    if (message.qos > 0) {
      if (this.#waiting.length >= this.#options.queueMessages) return this.#drop('queue-full')
      if (!this.#take(message)) return
      this.#waiting.push(message)
      return this.pump()
    }
    if (!this.#link) return
    if (this.#hasRoom(this.#link)) this.#link.write(publish(message))
    else this.#drop('not-reading')
  }

  /** Sends retained messages for a new subscription, as fast as the client takes them. */
  replay(filter: string, qos: 0 | 1 | 2, from: Replay): void {
    this.#replays.set(filter, { qos, from })
    this.pump()
  }

  /** The subscription has ended. */
  stopReplay(filter: string): void {
    this.#replays.delete(filter)
  }

  /** PUBACK or PUBCOMP: a message is over. False when that is not how this one ends. */
  finish(id: number, qos: 1 | 2): boolean {
    const found = this.#inFlight.get(id)
    // Of one that is over already: the answer to what was sent twice.
    if (!found) return true
    if (found.message.qos !== qos || found.isReleased !== (qos === 2)) return false
    this.#inFlight.delete(id)
    if (qos === 1) this.#give(found.message)
    this.pump()
    return true
  }

  /**
   * PUBREC: the client has it. One of an id nobody knows is answered too, for its client waits for
   * nothing else. False when it is of a message of QoS 1.
   */
  received(id: number): boolean {
    const found = this.#inFlight.get(id)
    if (found?.message.qos === 1) return false
    if (found && !found.isReleased) {
      this.#give(found.message)
      // In its place in the order, without its payload.
      this.#inFlight.set(id, {
        message: { ...found.message, payload: Buffer.alloc(0) },
        isReleased: true,
      })
    }
    this.#link?.write(pubrel(id))
    return true
  }

  /** Sends what may be sent: after an acknowledgement, or when the socket took what was written. */
  pump(): void {
    while (this.#mayStart()) {
      const message = this.#waiting.shift()
      if (!message) break
      this.#send(message)
    }
    this.#pumpReplays()
  }

  /** The session is over. */
  clear(): void {
    this.#link = undefined
    this.#replays.clear()
    for (const message of this.#waiting.splice(0)) this.#give(message)
    for (const { message, isReleased } of this.#inFlight.values()) {
      if (!isReleased) this.#give(message)
    }
    this.#inFlight.clear()
  }

  #pumpReplays(): void {
    let lookedAt = 0
    for (const [filter, { qos, from }] of this.#replays) {
      while (this.#mayStart()) {
        if (lookedAt++ === LOOKED_AT_MAX) return this.#pumpSoon()
        const next = from.next()
        if (next.done) {
          this.#replays.delete(filter)
          break
        }
        if (next.value) this.#sendRetained(next.value, qos)
      }
    }
  }

  #pumpSoon(): void {
    if (this.#isDueAgain) return
    this.#isDueAgain = true
    setImmediate(() => {
      this.#isDueAgain = false
      this.pump()
    })
  }

  #sendRetained(retained: OpenMessage, granted: 0 | 1 | 2): void {
    const message = { ...retained, qos: Math.min(retained.qos, granted) as 0 | 1 | 2 }
    if (message.qos === 0) this.#link?.write(publish(message))
    else if (this.#take(message)) this.#send(message)
  }

  #send(message: OpenMessage): void {
    do this.#lastId = (this.#lastId % MESSAGE_ID_MAX) + 1
    while (this.#inFlight.has(this.#lastId))
    this.#inFlight.set(this.#lastId, { message, isReleased: false })
    this.#link?.write(publish(message, this.#lastId))
  }

  #mayStart(): boolean {
    const isThere = this.#link !== undefined && this.#hasRoom(this.#link)
    return isThere && this.#inFlight.size < IN_FLIGHT_MAX
  }

  #hasRoom({ waitingBytes }: Link): boolean {
    return waitingBytes < WAITING_MAX_BYTES
  }

  #take(message: OpenMessage): boolean {
    const isTaken = this.#options.budget.take(sizeOf(message))
    if (!isTaken) this.#drop('memory-full')
    return isTaken
  }

  #give(message: OpenMessage): void {
    this.#options.budget.give(sizeOf(message))
  }

  #drop(why: Drop): void {
    this.#options.onDropped(why)
  }
}

/** Null stands for a message that is not asked for: looking at it costs as much. */
export type Replay = Iterator<OpenMessage | null>
