import type { Connection } from '#broker/connection.ts'
import { BucketTable } from './bucket-table.ts'
import type { Nuisances } from './nuisances.ts'

export interface ArrivalLimits {
  /** So many takeovers in a window before anybody waits. */
  readonly takeovers: number
  readonly windowMs: number
  readonly delayMs: number
  readonly delayMaxMs: number
}

/** So many times more often it may come where it ends no other. */
const ARRIVALS_PER_TAKEOVER = 24

/** Of one device; more are turned away. */
const WAITING_MAX = 8

/** Ends a wait: true when it may come in. */
type Release = (mayEnter: boolean) => void

/**
 * Two that share one identity end each other's connection for ever. Whoever comes too often waits for
 * its CONNACK, and meanwhile the connection that is there goes on in peace; the wait doubles each
 * time, so that both get long turns instead of none. When one of them is gone nobody waits any more:
 * the connection that ends lets the waiting one in, and what was counted leaks away. One that comes
 * and goes without end waits in the same way, though it may come many times as often.
 */
export class Arrivals {
  readonly #limits: ArrivalLimits
  readonly #nuisances: Nuisances
  readonly #takeovers: BucketTable
  readonly #arrivals: BucketTable
  readonly #waiting = new Map<string, Set<Release>>()

  constructor(limits: ArrivalLimits, nuisances: Nuisances) {
    this.#limits = limits
    this.#nuisances = nuisances
    const perSecond = (limits.takeovers * 1_000) / limits.windowMs
    this.#takeovers = new BucketTable({ burst: limits.takeovers, perSecond })
    this.#arrivals = new BucketTable({
      burst: limits.takeovers * ARRIVALS_PER_TAKEOVER,
      perSecond: perSecond * ARRIVALS_PER_TAKEOVER,
    })
  }

  /**
   * Resolves when a device that proved itself may come in, with false when it is gone or too
   * many of the same name wait. `current`: its connection of now.
   */
  turn(
    connection: Connection,
    deviceId: string,
    current: Connection | undefined,
  ): Promise<boolean> {
    const isTakeover = current !== undefined && !current.isClosed
    const bucket = isTakeover ? this.#takeovers : this.#arrivals
    const left = bucket.peek(deviceId, performance.now())
    if (left >= 1) return Promise.resolve(true)
    const { address } = connection.origin
    this.#nuisances.note(isTakeover ? 'takeovers' : 'arrivals', { address, deviceId })
    const { delayMs, delayMaxMs } = this.#limits
    const delay = Math.min(delayMaxMs, delayMs * 2 ** (1 - left))
    return this.#wait(connection, deviceId, delay)
  }

  /** It came in. */
  entered(deviceId: string, isTakeover: boolean): void {
    const now = performance.now()
    this.#arrivals.of(deviceId, now).reserve(now)
    if (isTakeover) this.#takeovers.of(deviceId, now).reserve(now)
  }

  /** The connection of a device ended: whoever waited for longest takes its place. */
  left({ deviceId }: Connection): void {
    const [first] = this.#waiting.get(deviceId) ?? []
    first?.(true)
  }

  #wait(connection: Connection, deviceId: string, delay: number): Promise<boolean> {
    const waiting = this.#waiting.get(deviceId) ?? new Set()
    if (waiting.size >= WAITING_MAX) return Promise.resolve(false)
    this.#waiting.set(deviceId, waiting)
    return new Promise((resolve) => {
      const release = (mayEnter: boolean): void => {
        clearTimeout(timer)
        waiting.delete(release)
        if (waiting.size === 0) this.#waiting.delete(deviceId)
        resolve(mayEnter && !connection.isClosed)
      }
      const timer = setTimeout(release, delay, true).unref()
      connection.onGone = () => release(false)
      waiting.add(release)
    })
  }
}
