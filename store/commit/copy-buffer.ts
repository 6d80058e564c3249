import { Buffer } from 'node:buffer'

const FIRST_BYTES = 64 * 1_024
const KEPT_BYTES = 8 * 1_024 * 1_024
const HEADER = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1')
const TWO_32 = 2 ** 32
/** 2000-01-01T00:00:00Z, from which PostgreSQL counts microseconds. */
const POSTGRES_EPOCH_MS = 946_684_800_000

/**
 * Rows of one COPY in PostgreSQL's binary format, framed as CopyData, in memory that is used again
 * for the next batch. Every value is its length followed by its bytes, big-endian. Numbers go
 * through a `DataView`, whose writes V8 compiles to single instructions.
 */
export class CopyBuffer {
  #bytes = Buffer.allocUnsafeSlow(FIRST_BYTES)
  #view = new DataView(this.#bytes.buffer)
  #length = 0
  #rows = 0

  get rows(): number {
    return this.#rows
  }

  /** Starts a COPY anew; what a batch of unusual size took is given back. */
  reset(): void {
    if (this.#bytes.length > KEPT_BYTES) this.#take(FIRST_BYTES)
    this.#rows = 0
    // Type and length of the CopyData message are written when it is whole.
    this.#length = 5
    HEADER.copy(this.#bytes, this.#length)
    this.#length += HEADER.length
  }

  /** Begins a row of so many columns that takes at most `bytes` apart from {@link reserve}. */
  row(columns: number, bytes: number): void {
    this.reserve(bytes + 2)
    this.#view.setInt16(this.#length, columns)
    this.#length += 2
    this.#rows += 1
  }

  /** Makes room; the other methods write without looking. */
  reserve(bytes: number): void {
    const needed = this.#length + bytes
    if (needed <= this.#bytes.length) return
    const before = this.#bytes
    this.#take(Math.max(needed, before.length * 2))
    before.copy(this.#bytes, 0, 0, this.#length)
  }

  none(): void {
    this.#view.setInt32(this.#length, -1)
    this.#length += 4
  }

  boolean(value: boolean): void {
    this.#view.setInt32(this.#length, 1)
    this.#view.setUint8(this.#length + 4, value ? 1 : 0)
    this.#length += 5
  }

  int32(value: number): void {
    this.#view.setInt32(this.#length, 4)
    this.#view.setInt32(this.#length + 4, value)
    this.#length += 8
  }

  /** A whole number up to 2^53. */
  int64(value: number): void {
    this.#view.setInt32(this.#length, 8)
    this.#view.setInt32(this.#length + 4, Math.floor(value / TWO_32))
    this.#view.setUint32(this.#length + 8, value)
    this.#length += 12
  }

  double(value: number): void {
    this.#view.setInt32(this.#length, 8)
    this.#view.setFloat64(this.#length + 4, value)
    this.#length += 12
  }

  /** A `timestamptz`. Multiplied in two halves: microseconds of late centuries exceed 2^53. */
  timestamp(at: number): void {
    const ms = at - POSTGRES_EPOCH_MS
    const high = Math.floor(ms / TWO_32)
    const low = (ms - high * TWO_32) * 1_000
    this.#view.setInt32(this.#length, 8)
    this.#view.setInt32(this.#length + 4, high * 1_000 + Math.floor(low / TWO_32))
    this.#view.setUint32(this.#length + 8, low)
    this.#length += 12
  }

  /** Takes at most 4 + 3 bytes for each UTF-16 unit. */
  text(value: string): void {
    const start = this.#length + 4
    const written = value.length < 40 ? this.#ascii(value, start) : -1
    const bytes = written >= 0 ? written : this.#bytes.write(value, start)
    this.#view.setInt32(this.#length, bytes)
    this.#length = start + bytes
  }

  /** JSON text for a `jsonb` column; takes one byte more than {@link text}. */
  json(text: string): void {
    this.#bytes[this.#length + 4] = 1
    const bytes = this.#bytes.write(text, this.#length + 5)
    this.#view.setInt32(this.#length, bytes + 1)
    this.#length += bytes + 5
  }

  bytes(value: Uint8Array): void {
    this.#view.setInt32(this.#length, value.length)
    this.#bytes.set(value, this.#length + 4)
    this.#length += value.length + 4
  }

  /** A one-dimensional `text[]`; takes 24 bytes beside its texts. */
  textArray(values: readonly string[]): void {
    const start = this.#length
    const head = values.length === 0 ? [0, 0, TEXT_OID] : [1, 0, TEXT_OID, values.length, 1]
    this.#length += 4
    for (const number of head) {
      this.#view.setInt32(this.#length, number)
      this.#length += 4
    }
    for (const value of values) this.text(value)
    this.#view.setInt32(start, this.#length - start - 4)
  }

  /** The CopyData message with all rows and the CopyDone message. Valid until {@link reset}. */
  messages(): Uint8Array {
    this.reserve(7)
    this.#view.setInt16(this.#length, -1)
    const end = this.#length + 2
    this.#bytes[0] = COPY_DATA
    this.#view.setInt32(1, end - 1)
    this.#bytes[end] = COPY_DONE
    this.#view.setInt32(end + 1, 4)
    return this.#bytes.subarray(0, end + 5)
  }

  /** Short ASCII is written faster here than by a call into the runtime; -1 when it is not ASCII. */
  #ascii(value: string, start: number): number {
    const bytes = this.#bytes
    for (let index = 0; index < value.length; index++) {
      const code = value.charCodeAt(index)
      if (code > 127) return -1
      bytes[start + index] = code
    }
    return value.length
  }

  #take(bytes: number): void {
    this.#bytes = Buffer.allocUnsafeSlow(bytes)
    this.#view = new DataView(this.#bytes.buffer)
  }
}

const TEXT_OID = 25
const COPY_DATA = 'd'.charCodeAt(0)
const COPY_DONE = 'c'.charCodeAt(0)
