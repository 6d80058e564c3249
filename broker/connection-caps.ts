import type { Socket } from 'node:net'
import type { Metrics } from '#runtime/metrics.ts'

export interface CapLimits {
  readonly total: number
  readonly perAddress: number
}

/** Counts sockets in all and by address, and cuts off those beyond. */
export class ConnectionCaps {
  readonly #limits: CapLimits
  readonly #metrics: Metrics
  readonly #byAddress = new Map<string, number>()
  #total = 0

  constructor(limits: CapLimits, metrics: Metrics) {
    this.#limits = limits
    this.#metrics = metrics
  }

  /** Takes the socket into account; one too many is cut off before it costs anything. */
  readonly admit = (socket: Socket): void => {
    const address = socket.remoteAddress ?? ''
    const ofAddress = this.#byAddress.get(address) ?? 0
    const isTooMany = this.#total >= this.#limits.total
    if (isTooMany || ofAddress >= this.#limits.perAddress) {
      const reason = isTooMany ? 'too-many' : 'too-many-of-address'
      this.#metrics.connectionsRefused.inc({ reason })
      socket.destroy()
      return
    }
    this.#total++
    this.#byAddress.set(address, ofAddress + 1)
    socket.once('close', () => this.#release(address))
  }

  #release(address: string): void {
    this.#total--
    const left = (this.#byAddress.get(address) ?? 1) - 1
    if (left === 0) this.#byAddress.delete(address)
    else this.#byAddress.set(address, left)
  }
}
