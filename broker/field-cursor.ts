import { isUtf8 } from 'node:buffer'

/**
 * Walks the fields of a control packet's body. It never reads past the body: once a field does not
 * fit, or a text is not one MQTT allows, `isSound` is false and what was given counts for nothing.
 */
export class FieldCursor {
  readonly #bytes: Buffer
  readonly #end: number
  #at: number
  isSound = true

  constructor(bytes: Buffer, start: number, end: number) {
    this.#bytes = bytes
    this.#at = start
    this.#end = end
  }

  /** Whether the body was read to its end, and soundly. */
  get isDone(): boolean {
    return this.isSound && this.#at === this.#end
  }

  get hasMore(): boolean {
    return this.isSound && this.#at < this.#end
  }

  byte(): number {
    return this.#take(1) ? (this.#bytes[this.#at - 1] as number) : 0
  }

  uint16(): number {
    return this.#take(2) ? this.#bytes.readUInt16BE(this.#at - 2) : 0
  }

  /** Bytes after their length. */
  binary(): Buffer {
    const length = this.uint16()
    return this.#take(length) ? this.#bytes.subarray(this.#at - length, this.#at) : Buffer.alloc(0)
  }

  /** Well-formed UTF-8 without NUL (MQTT-1.5.3-1, MQTT-1.5.3-2) after its length. */
  text(): string {
    const bytes = this.binary()
    if (!isUtf8(bytes) || bytes.includes(0)) this.isSound = false
    return bytes.toString()
  }

  #take(count: number): boolean {
    this.isSound &&= this.#at + count <= this.#end
    if (this.isSound) this.#at += count
    return this.isSound
  }
}

const CONTROLS = /[\p{Cc}\p{Noncharacter_Code_Point}]/u

/** Whether a text has characters a server may refuse (MQTT 1.5.3): controls, and what is none. */
export const hasControls = (text: string): boolean => CONTROLS.test(text)
