import type { Socket } from 'node:net'
import type { Metrics } from '#runtime/metrics.ts'

export interface CapLimits {
  readonly total: number
  readonly perAddress: number
}

/** Knows every socket, also those that have not said yet who they are, and cuts off those beyond. */
export class ConnectionCaps {
  readonly #limits: CapLimits
  readonly #metrics: Metrics
  readonly #byAddress = new Map<string, number>()
  readonly #sockets = new Set<Socket>()

  constructor(limits: CapLimits, metrics: Metrics) {
    this.#limits = limits
    this.#metrics = metrics
  }

  /** Takes the socket into account; one too many is cut off before it costs anything. */
  readonly admit = (socket: Socket): void => {
    const address = socket.remoteAddress ?? ''
    const ofAddress = this.#byAddress.get(address) ?? 0
    const isTooMany = this.#sockets.size >= this.#limits.total
    if (isTooMany || ofAddress >= this.#limits.perAddress) {
      const reason = isTooMany ? 'too-many' : 'too-many-of-address'
      this.#metrics.connectionsRefused.inc({ reason })
      socket.destroy()
      return
    }
    this.#sockets.add(socket)
    this.#byAddress.set(address, ofAddress + 1)
    socket.once('close', () => this.#release(socket, address))
  }

  /** Ends all that are left, whatever they are doing. */
  cutAll(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  #release(socket: Socket, address: string): void {
    this.#sockets.delete(socket)
    const left = (this.#byAddress.get(address) ?? 1) - 1
    if (left === 0) this.#byAddress.delete(address)
    else this.#byAddress.set(address, left)
  }
}
