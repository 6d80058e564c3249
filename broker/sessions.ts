import type { EpochMs } from '#model/time.ts'
import type { Connection } from './connection.ts'
import { ReceivedIds } from './received-ids.ts'

/** A connection ended because its device connected again. */
export interface Takeover {
  readonly deviceId: string
  readonly at: EpochMs
  readonly fromAddress: string
  readonly toAddress: string
}

const TAKEOVERS_KEPT = 100

/** One device, one session: whatever client ids it sends, its name is the key. */
export class Sessions {
  readonly #current = new Map<string, Connection>()
  /** Of sessions that are kept while nobody is connected. */
  readonly #kept = new Map<string, ReceivedIds>()
  #takeovers: readonly Takeover[] = []

  /** The last takeovers, newest first. */
  get takeovers(): readonly Takeover[] {
    return this.#takeovers
  }

  find(deviceId: string): Connection | undefined {
    return this.#current.get(deviceId)
  }

  /** Makes the connection that of its device. Gives the one it replaces, already ended. */
  enter(connection: Connection, at: EpochMs): Connection | undefined {
    const { deviceId, origin, request } = connection
    const older = this.#current.get(deviceId)
    this.#current.set(deviceId, connection)
    if (request?.isClean) this.#kept.delete(deviceId)
    if (!older || older.isClosed) return undefined
    older.end('takeover')
    const takeover = {
      deviceId,
      at,
      fromAddress: older.origin.address,
      toAddress: origin.address,
    }
    this.#takeovers = [takeover, ...this.#takeovers].slice(0, TAKEOVERS_KEPT)
    return older
  }

  /** False when another has taken its place. */
  leave(connection: Connection): boolean {
    if (this.#current.get(connection.deviceId) !== connection) return false
    return this.#current.delete(connection.deviceId)
  }

  /** The QoS 2 state of a connection: its own, or that of the session it took up. */
  receivedOf({ deviceId, request }: Connection): ReceivedIds {
    const received = this.#kept.get(deviceId) ?? new ReceivedIds()
    if (!request?.isClean) this.#kept.set(deviceId, received)
    return received
  }

  /** Who is to hear of a message of this connection: itself, or whoever took its session up. */
  heirOf(connection: Connection): Connection | undefined {
    if (connection.isOpen) return connection
    const isKept = this.#kept.get(connection.deviceId) === connection.received
    return isKept ? this.#current.get(connection.deviceId) : undefined
  }
}
