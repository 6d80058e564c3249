/** What keeps a stream of bytes from being MQTT, or from being read on. */
export type FrameFault = 'not-mqtt' | 'malformed-length' | 'too-large'

const LENGTH_BYTES_MAX = 4
// Most packets are smaller, and get all of their room at once.
const FIRST_ROOM_BYTES = 4_096
const EMPTY: Buffer = Buffer.alloc(0)

/**
 * Cuts a stream of chunks into MQTT control packets. It looks at the fixed header before anything
 * else, so that a packet larger than the limit is refused when its length is known and never
 * buffered. Pure: no sockets, no timers. Packets that lie whole in one chunk are not copied.
 */
export class FrameReader {
  /** Largest packet in bytes, header included; may be changed between two packets. */
  limit: number
  /** The first byte the next packet must have: whoever speaks HTTP here is told apart at once. */
  wanted: number | undefined
  /** The packet read last, from its first byte to behind its last, in {@link bytes}. */
  bytes: Buffer = EMPTY
  start = 0
  /** Where what follows the fixed header begins. */
  bodyStart = 0
  end = 0
  /** How many it has read. */
  packets = 0
  #chunk: Buffer = EMPTY
  #at = 0
  /** What has come of a packet that has not come whole, with room for more. */
  #partial: Buffer | undefined
  #partialEnd = 0
  #filled = 0
  #partialBodyStart = 0

  constructor(limit: number, wanted?: number) {
    this.limit = limit
    this.wanted = wanted
  }

  /** Size of the packet that was begun and has not come whole; 0 when there is none. */
  get begunBytes(): number {
    return this.#partial ? this.#partialEnd : this.#chunk.length - this.#at
  }

  /** Adds what came. Only when {@link next} has asked for more. */
  feed(chunk: Buffer): void {
    const left = this.#chunk.length - this.#at
    // Only a cut fixed header of at most four bytes is ever left.
    this.#chunk = left === 0 ? chunk : Buffer.concat([this.#chunk.subarray(this.#at), chunk])
    this.#at = 0
  }

  /** Goes to the next packet; `more` when it has not come whole. A fault is final. */
  next(): 'packet' | 'more' | FrameFault {
    if (this.#partial) return this.#fill(this.#partial)
    const chunk = this.#chunk
    const start = this.#at
    if (start === chunk.length) return this.#wait()
    if (this.wanted !== undefined && this.wanted !== chunk[start]) return 'not-mqtt'
    let at = start + 1
    let length = 0
    let byte = 0x80
    for (let shift = 0; byte >= 0x80; shift += 7) {
      if (shift === 7 * LENGTH_BYTES_MAX) return 'malformed-length'
      if (at >= chunk.length) return this.#wait()
      byte = chunk[at++] as number
      length |= (byte & 0x7f) << shift
    }
    const end = at + length
    if (end - start > this.limit) return 'too-large'
    if (end > chunk.length) {
      this.#partialEnd = end - start
      this.#partialBodyStart = at - start
      this.#partial = Buffer.allocUnsafe(Math.min(this.#partialEnd, FIRST_ROOM_BYTES))
      this.#filled = 0
      return this.#fill(this.#partial)
    }
    this.#at = end
    this.#show(chunk, start, at, end)
    return 'packet'
  }

  #wait(): 'more' {
    // Nothing is left of the chunk: it need not be kept alive.
    if (this.#at === this.#chunk.length) this.#chunk = EMPTY
    if (this.#chunk === EMPTY) this.#at = 0
    return 'more'
  }

  #fill(begun: Buffer): 'packet' | 'more' {
    const size = this.#partialEnd
    const wanted = Math.min(size, this.#filled + this.#chunk.length - this.#at)
    const partial = wanted > begun.length ? this.#grow(begun, wanted) : begun
    const copied = this.#chunk.copy(
      partial,
      this.#filled,
      this.#at,
      this.#at + wanted - this.#filled,
    )
    this.#filled += copied
    this.#at += copied
    if (this.#filled < size) return 'more'
    this.#partial = undefined
    this.#show(partial, 0, this.#partialBodyStart, size)
    return 'packet'
  }

  /** Room for what comes, not for what was announced. */
  #grow(begun: Buffer, wanted: number): Buffer {
    const room = Math.min(this.#partialEnd, Math.max(wanted, begun.length * 2))
    const grown = Buffer.allocUnsafe(room)
    begun.copy(grown, 0, 0, this.#filled)
    this.#partial = grown
    return grown
  }

  #show(bytes: Buffer, start: number, bodyStart: number, end: number): void {
    this.bytes = bytes
    this.start = start
    this.bodyStart = bodyStart
    this.end = end
    this.packets++
  }
}
