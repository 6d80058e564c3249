import type { Duplex } from 'node:stream'
import type { FrameFault, FrameReader } from './frame-reader.ts'

/** Whose packets come through the tap. */
export interface PacketTaker {
  /** Whether it takes a packet now; if not, nothing more is read. */
  mayTake(): boolean
  /** Takes the packet the reader shows. What aedes is to see of it is given back. */
  take(reader: FrameReader): Buffer | undefined
  /** Bytes came. */
  onHeard(): void
  /** Reading stopped because no packet may be taken, or goes on. */
  onStopped(isStopped: boolean): void
  onFault(fault: FrameFault): void
  /** The other side took all that was written. */
  onDrained(): void
}

/**
 * Stands between a stream and aedes, which listens to 'readable' and then reads `stream.read()`: we
 * put ourselves in the place of that one function. A Transform in between would cost two more
 * streams per connection and a copy of every chunk. Until a client has said who it is there is no
 * aedes yet: its first packet decides which one speaks with it.
 *
 * A client is stopped between two packets, and holds then no more than its stream buffers. That
 * this works rests on how aedes reads, so all of it is in this file, and tests hold it.
 */
export class PacketTap {
  readonly #reader: FrameReader
  readonly #stream: Duplex
  readonly #taker: PacketTaker
  readonly #readStream: () => Buffer | null
  #isStopped = false
  #isBlocked = false
  /** Taken, and to be read by aedes before all else. */
  #held: Buffer | null = null
  #attach: (() => void) | undefined

  constructor(stream: Duplex, reader: FrameReader, taker: PacketTaker) {
    this.#reader = reader
    this.#stream = stream
    this.#taker = taker
    const read = stream.read.bind(stream) as (size?: number) => Buffer | null
    this.#readStream = () => read()
    // Node itself calls read(0) to have a stream fill its buffer.
    stream.read = (size?: number) => (size === 0 ? read(0) : this.#read())
    stream.on('readable', this.#greet)
  }

  /** Has aedes listen from now on; what it reads first is this packet. */
  handOver(packet: Buffer, attach: () => void): undefined {
    this.#held = packet
    this.#attach = attach
  }

  get isStopped(): boolean {
    return this.#isStopped
  }

  /** The other side does not take what we write. */
  get isBlocked(): boolean {
    return this.#isBlocked
  }

  write(bytes: Buffer): void {
    if (!this.#stream.writable || this.#stream.write(bytes) || this.#isBlocked) return
    this.#isBlocked = true
    this.#stream.once('drain', () => {
      this.#isBlocked = false
      this.#taker.onDrained()
      this.resume()
    })
  }

  /** Reads on if reading had stopped and packets may be taken again. */
  resume(): void {
    if (this.#isStopped && this.#mayRead()) this.#stream.emit('readable')
  }

  readonly #greet = (): void => {
    // Before there is an aedes nothing is given back.
    if (!this.#attach) this.#read()
    if (!this.#attach || this.#stream.destroyed) return
    this.#attach()
    this.#stream.off('readable', this.#greet)
    this.#stream.emit('readable')
  }

  #mayRead(): boolean {
    return !this.#isBlocked && this.#taker.mayTake()
  }

  #setStopped(isStopped: boolean): void {
    if (this.#isStopped === isStopped) return
    this.#isStopped = isStopped
    this.#taker.onStopped(isStopped)
  }

  /** What aedes gets to read: its packets, or null. */
  #read(): Buffer | null {
    let passed = this.#held
    this.#held = null
    while (this.#mayRead()) {
      this.#setStopped(false)
      const next = this.#reader.next()
      if (next === 'packet') {
        const packet = this.#taker.take(this.#reader)
        if (packet) passed = passed ? Buffer.concat([passed, packet]) : packet
      } else if (next === 'more') {
        const chunk = this.#readStream()
        if (chunk === null) return passed
        this.#taker.onHeard()
        this.#reader.feed(chunk)
      } else {
        this.#taker.onFault(next)
        return passed
      }
    }
    this.#setStopped(true)
    return passed
  }
}
