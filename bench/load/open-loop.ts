import { setTimeout as sleep } from 'node:timers/promises'
import { Histogram } from './histogram.ts'
import type { LoadSocket } from './load-socket.ts'
import type { Sent, Traffic } from './traffic.ts'

const IDS = 65_535
const TICK_MS = 1
const PATIENCE_MS = 10_000

/**
 * So many messages a second in all, one after the other and client by client, whether or not the ones
 * before are acknowledged. Each has a time at which it is to be sent, and its PUBACK is timed from
 * there: a service that stalls is not asked less meanwhile, nor is a generator that is late its
 * excuse. How late the generator was is told beside it.
 */
export class OpenLoop implements Traffic {
  acknowledged = 0
  readonly #sockets: readonly LoadSocket[]
  readonly #perMs: number
  readonly #answered: Uint32Array
  readonly #puback = new Histogram()
  readonly #late = new Histogram()
  #startedAt = 0
  #measuredFrom = Number.POSITIVE_INFINITY
  #sent = 0
  #unanswered = 0
  #isOver = false
  #isWoken = false

  constructor(sockets: readonly LoadSocket[], perSecond: number) {
    this.#sockets = sockets
    this.#perMs = perSecond / 1_000
    this.#answered = new Uint32Array(sockets.length)
    for (const [client, socket] of sockets.entries()) {
      socket.onAcks = (ids) => this.#onAcks(client, ids)
    }
  }

  start(): void {
    this.#startedAt = performance.now()
    const tick = (): void => {
      if (this.#isOver) return
      this.#sendDue()
      setTimeout(tick, TICK_MS)
    }
    tick()
  }

  measure(): void {
    this.acknowledged = 0
    this.#measuredFrom = performance.now()
  }

  async stop(): Promise<Sent> {
    this.#isOver = true
    const until = performance.now() + PATIENCE_MS
    while (this.#unanswered > 0 && performance.now() < until) await sleep(TICK_MS)
    return {
      pubackMs: (share) => this.#puback.quantile(share),
      lateMs: (share) => this.#late.quantile(share),
      unanswered: this.#unanswered,
    }
  }

  /** When the message of that number, counted over all clients, is to be sent. */
  #timeOf(message: number): number {
    return this.#startedAt + message / this.#perMs
  }

  #sendDue(): void {
    const now = performance.now()
    const due = Math.floor((now - this.#startedAt) * this.#perMs)
    for (; this.#sent < due && !this.#isOver; this.#sent++) {
      const client = this.#sent % this.#sockets.length
      const turn = Math.floor(this.#sent / this.#sockets.length)
      this.#sockets[client]?.send([(turn % IDS) + 1])
      const intended = this.#timeOf(this.#sent)
      if (intended < this.#measuredFrom) continue
      this.#late.add(performance.now() - intended)
      this.#unanswered++
    }
  }

  /** PUBACKs come in the order of the messages, as the standard asks. */
  #onAcks(client: number, ids: readonly number[]): void {
    const now = performance.now()
    for (const id of ids) {
      const turn = this.#answered[client] ?? 0
      if (id !== (turn % IDS) + 1) throw new Error(`PUBACK ${id} is out of turn`)
      this.#answered[client] = turn + 1
      const intended = this.#timeOf(turn * this.#sockets.length + client)
      if (intended < this.#measuredFrom) continue
      this.#puback.add(now - intended)
      this.#unanswered--
    }
    this.acknowledged += ids.length
    // Answers wake the generator more often than its timer can.
    if (this.#isWoken || this.#isOver) return
    this.#isWoken = true
    setImmediate(() => {
      this.#isWoken = false
      this.#sendDue()
    })
  }
}
