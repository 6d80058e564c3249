import { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { AedesLine } from './aedes-line.ts'
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
 * Reads a client's stream packet by packet, and holds the {@link AedesLine} on which aedes is given
 * what it is to see. Until a client has said who it is there is no line yet: its first packet decides
 * which aedes speaks with it.
 *
 * A client is stopped between two packets, and holds then no more than its stream buffers.
 */
export class PacketTap {
  readonly #reader: FrameReader
  readonly #stream: Duplex
  readonly #taker: PacketTaker
  #line: AedesLine | undefined
  #isStopped = false
  #isBlocked = false

  constructor(stream: Duplex, reader: FrameReader, taker: PacketTaker) {
    this.#reader = reader
    this.#stream = stream
    this.#taker = taker
    stream.on('data', this.#onData)
    if (stream instanceof Socket) stream.push = this.#push
    // A WebSocket stays half open until aedes ends it.
    stream.once('end', () => (this.#line ? this.#line.push(null) : stream.destroy()))
    stream.once('close', () => this.#line?.destroy())
  }

  /** Has aedes listen from now on; what it reads first is this packet. */
  handOver(packet: Buffer, attach: (line: AedesLine) => void): undefined {
    this.#line = new AedesLine(this.#stream)
    attach(this.#line)
    this.#line.push(packet)
  }

  get isStopped(): boolean {
    return this.#isStopped
  }

  /** The other side does not take what we write. */
  get isBlocked(): boolean {
    return this.#isBlocked
  }

  write(bytes: Buffer): void {
    const out = this.#out
    if (!out.writable || out.write(bytes) || this.#isBlocked) return
    this.#isBlocked = true
    out.once('drain', () => {
      this.#isBlocked = false
      this.#taker.onDrained()
      this.resume()
    })
  }

  /** Closes the stream after what was written has gone out. */
  end(): void {
    this.#out.end(() => this.#stream.destroy())
  }

  /** Reads on if reading had stopped and packets may be taken again. */
  resume(): void {
    if (this.#isStopped && this.#mayRead()) this.#takePackets()
  }

  /** Behind what aedes has written and its line still holds. */
  get #out(): Duplex {
    return this.#line && this.#line.writableLength > 0 ? this.#line : this.#stream
  }

  // Not by 'readable', for which Node makes a turn and two calls more of each chunk.
  readonly #onData = (chunk: Buffer): void => {
    this.#taker.onHeard()
    this.#reader.feed(chunk)
    this.#takePackets()
  }

  /**
   * In the place of a socket's own: what it has read is taken at once while it flows and holds nothing.
   * Its own would plan a turn for each chunk in which it finds that it reads already.
   */
  readonly #push = (chunk: Buffer | null): boolean => {
    const { readableFlowing, readableLength } = this.#stream
    if (chunk === null || !readableFlowing || readableLength > 0) {
      return Duplex.prototype.push.call(this.#stream, chunk)
    }
    this.#onData(chunk)
    return true
  }

  #mayRead(): boolean {
    return !this.#isBlocked && this.#taker.mayTake()
  }

  #setStopped(isStopped: boolean): void {
    if (this.#isStopped === isStopped) return
    this.#isStopped = isStopped
    this.#taker.onStopped(isStopped)
  }

  #takePackets(): void {
    while (this.#mayRead()) {
      this.#setStopped(false)
      const next = this.#reader.next()
      if (next === 'packet') {
        const packet = this.#taker.take(this.#reader)
        if (packet) this.#line?.push(packet)
      } else {
        if (next !== 'more') this.#taker.onFault(next)
        else if (this.#stream.isPaused()) this.#stream.resume()
        return
      }
    }
    this.#setStopped(true)
    this.#stream.pause()
  }
}
