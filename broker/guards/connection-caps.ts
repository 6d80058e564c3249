import type { Socket } from 'node:net'
import type { Origin } from '#broker/connection-view.ts'
import type { Metrics } from '#runtime/metrics.ts'
import { addressBlock } from './address-block.ts'
import { BucketTable } from './bucket-table.ts'
import type { Guard, Nuisances } from './nuisances.ts'
import type { Allowance } from './token-bucket.ts'

export interface CapLimits {
  readonly total: number
  readonly perAddress: number
  /** New connections of one address that come to nothing. */
  readonly vain: Allowance
  /** What a socket may send before its CONNECT is whole, its upgrade to a WebSocket included. */
  readonly greetingBytes: number
}

interface Visitor {
  readonly key: string
  readonly socket: Socket
  readonly address: string
  readonly block: string
  isGone: boolean
}

/** What an address has here. Those that have not said who they are, oldest first. */
interface Party {
  count: number
  readonly silent: Set<Visitor>
}

/**
 * Knows every socket, also those that have not said yet who they are. Where there is no room, whoever
 * has said nothing for longest makes some: a device sends its CONNECT at once, so that silent
 * sockets, however many, shut nobody out. A new connection is charged to its address and given back
 * when its device is let in: a whole city behind one carrier NAT costs nothing, a flood runs dry.
 */
export class ConnectionCaps {
  readonly #limits: CapLimits
  readonly #metrics: Metrics
  readonly #nuisances: Nuisances
  readonly #vain: BucketTable
  readonly #parties = new Map<string, Party>()
  readonly #visitors = new Map<string, Visitor>()
  readonly #silent = new Set<Visitor>()

  constructor(limits: CapLimits, metrics: Metrics, nuisances: Nuisances) {
    this.#limits = limits
    this.#metrics = metrics
    this.#nuisances = nuisances
    this.#vain = new BucketTable(limits.vain)
  }

  /** Takes the socket into account; one too many is cut off before it costs anything. */
  readonly admit = (socket: Socket): void => {
    const address = socket.remoteAddress ?? ''
    // It left before it was looked at: whose it was cannot be told any more.
    if (address === '') {
      this.#metrics.connectionsRefused.inc({ reason: 'gone' })
      socket.destroy()
      return
    }
    const block = addressBlock(address)
    const party = this.#parties.get(block) ?? { count: 0, silent: new Set() }
    const key = keyOf(address, socket.remotePort)
    const visitor = { key, socket, address, block, isGone: false }
    if (this.#visitors.size >= this.#limits.total && !this.#cutSilent(this.#silent)) {
      return this.#refuse(visitor, 'too-many')
    }
    if (party.count >= this.#limits.perAddress && !this.#cutSilent(party.silent)) {
      return this.#refuse(visitor, 'too-many-of-address')
    }
    if (!this.#vain.of(block, performance.now()).take(performance.now())) {
      return this.#refuse(visitor, 'too-fast-of-address')
    }
    this.#visitors.set(key, visitor)
    this.#silent.add(visitor)
    party.count++
    party.silent.add(visitor)
    this.#parties.set(block, party)
    socket.once('close', () => this.#release(visitor))
  }

  /** Its CONNECT is here: it is one of those that may stay. */
  spoke({ address, port }: Origin): void {
    const visitor = this.#visitors.get(keyOf(address, port))
    if (visitor) this.#hear(visitor)
  }

  /** Its device was let in: it was not in vain. */
  letIn({ address }: Origin): void {
    this.#vain.of(addressBlock(address), performance.now()).give()
  }

  /** Cuts off who sends much and says nothing; asked twice a second. */
  beat(): void {
    for (const visitor of this.#silent) {
      if (visitor.socket.bytesRead > this.#limits.greetingBytes) this.#cut(visitor, 'greeting')
    }
  }

  /** Ends all that are left, whatever they are doing. */
  cutAll(): void {
    for (const { socket } of this.#visitors.values()) socket.destroy()
  }

  #cutSilent(silent: ReadonlySet<Visitor>): boolean {
    const [oldest] = silent
    if (!oldest) return false
    this.#cut(oldest, 'silence')
    return true
  }

  #cut(visitor: Visitor, guard: Guard): void {
    this.#metrics.connectionsRefused.inc({ reason: guard })
    this.#nuisances.note(guard, { address: visitor.address, deviceId: '' })
    this.#release(visitor)
    visitor.socket.destroy()
  }

  #refuse({ socket, address }: Visitor, reason: string): void {
    this.#metrics.connectionsRefused.inc({ reason })
    this.#nuisances.note('connections', { address, deviceId: '' })
    socket.destroy()
  }

  #hear(visitor: Visitor): void {
    this.#silent.delete(visitor)
    this.#parties.get(visitor.block)?.silent.delete(visitor)
  }

  #release(visitor: Visitor): void {
    if (visitor.isGone) return
    visitor.isGone = true
    // The port may stand for another connection by now.
    if (this.#visitors.get(visitor.key) === visitor) this.#visitors.delete(visitor.key)
    this.#hear(visitor)
    const party = this.#parties.get(visitor.block)
    if (party && --party.count === 0) this.#parties.delete(visitor.block)
  }
}

const keyOf = (address: string, port: number | undefined): string => `${address} ${port}`
