import { Histogram } from './histogram.ts'
import type { LoadSocket } from './load-socket.ts'
import type { Sent, Traffic } from './traffic.ts'

/**
 * Each client keeps `inFlight` messages unacknowledged: every PUBACK is answered with the next
 * message. Says how much a service takes; its times are those of a queue that is always full.
 */
export class ClosedLoop implements Traffic {
  acknowledged = 0
  readonly #sockets: readonly LoadSocket[]
  readonly #inFlight: number
  readonly #puback = new Histogram()
  #isOver = false

  constructor(sockets: readonly LoadSocket[], inFlight: number) {
    this.#sockets = sockets
    this.#inFlight = inFlight
  }

  start(): void {
    for (const socket of this.#sockets) this.#run(socket)
  }

  measure(): void {
    this.acknowledged = 0
    this.#puback.reset()
  }

  stop(): Promise<Sent> {
    this.#isOver = true
    return Promise.resolve({
      pubackMs: (share) => this.#puback.quantile(share),
      lateMs: () => 0,
      unanswered: 0,
    })
  }

  #run(socket: LoadSocket): void {
    // When the message in each slot was written; its packet id is the slot + 1.
    const writtenAt = new Float64Array(this.#inFlight)
    const send = (ids: readonly number[]): void => {
      const now = performance.now()
      for (const id of ids) writtenAt[id - 1] = now
      socket.send(ids)
    }
    socket.onAcks = (ids) => {
      if (this.#isOver) return
      const now = performance.now()
      for (const id of ids) this.#puback.add(now - (writtenAt[id - 1] ?? 0))
      this.acknowledged += ids.length
      send(ids)
    }
    send(Array.from(writtenAt, (_, slot) => slot + 1))
  }
}
