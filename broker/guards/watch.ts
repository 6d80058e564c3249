import type { Connection } from '#broker/connection.ts'
import type { FrameReader } from '#broker/frame-reader.ts'
import { type Due, Liveness } from '#broker/liveness.ts'
import type { PacketTap } from '#broker/packet-tap.ts'
import { PUBACK, PUBCOMP, PUBLISH, SUBSCRIBE, UNSUBSCRIBE } from '#broker/packet-types.ts'
import { asksTooMuch, type FilterLimits } from './filter-limits.ts'
import type { Guard, Nuisances } from './nuisances.ts'
import type { Pace } from './pace.ts'
import { PacketClock, type PacketClockLimits } from './packet-clock.ts'

export interface WatchOptions {
  readonly connection: Connection
  readonly reader: FrameReader
  readonly pace: Pace
  readonly nuisances: Nuisances
  readonly limits: {
    readonly keepaliveMaxS: number
    readonly packetClock: PacketClockLimits
    readonly filters: FilterLimits
  }
}

/** What a client that was let in is watched for: that it is there, its pace, and what it asks for. */
export class Watch {
  readonly #options: WatchOptions
  readonly #pace: Pace
  readonly #liveness: Liveness
  readonly #packetClock: PacketClock

  constructor(options: WatchOptions, now: number) {
    const { connection, limits, pace } = options
    this.#options = options
    this.#pace = pace
    this.#liveness = new Liveness(connection.request?.keepalive ?? 0, limits.keepaliveMaxS, now)
    this.#packetClock = new PacketClock(limits.packetClock)
  }

  /** It has not sent more than it may. */
  get mayGo(): boolean {
    return this.#pace.mayGo
  }

  heard(now: number): void {
    this.#liveness.heard(now)
    this.#pace.refill(now)
  }

  /** Charges it with a packet; false where that one asks for too much. */
  take(type: number, reader: FrameReader): boolean {
    const bytes = reader.end - reader.bodyStart
    // What ends the way of a message costs no more than a message.
    if (type === PUBLISH || type === PUBACK || type === PUBCOMP) {
      this.#pace.spendMessage(bytes)
      return true
    }
    this.#pace.spendControl(bytes)
    // Guests have filters of their own, and are told of one too many.
    const { guest } = this.#options.connection
    if ((type !== SUBSCRIBE && type !== UNSUBSCRIBE) || guest) return true
    const isTooMuch = asksTooMuch(reader, type === SUBSCRIBE, this.#options.limits.filters)
    if (isTooMuch) this.#note('filters')
    return !isTooMuch
  }

  /** What is to be done, asked twice a second. */
  due(now: number, { isStopped, isBlocked }: PacketTap): Due | 'go-on' | 'slow-packet' {
    if (this.#packetClock.isLate(this.#options.reader, now, isStopped)) {
      this.#note('packet')
      return 'slow-packet'
    }
    const due = this.#liveness.due(now, isStopped, isBlocked)
    if (due !== undefined || this.#pace.mayGo) return due
    this.#note('rate')
    this.#pace.refill(now)
    return this.#pace.mayGo ? 'go-on' : undefined
  }

  #note(guard: Guard): void {
    const { nuisances, connection } = this.#options
    nuisances.note(guard, { address: connection.origin.address, deviceId: connection.deviceId })
  }
}
