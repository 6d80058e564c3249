import type { EpochMs } from '#model/time.ts'
import type { Act } from '#simulator/network/act.ts'
import { writeWhole } from '#simulator/stream/digits.ts'
import type { SimulatedDevice } from '#simulator/world/fixtures.ts'

/** Acts of a span of time as lines of a dry run, with what it takes to merge them with others. */
export interface Slice {
  readonly lines: number
  /** How many bytes there are in all. */
  readonly used: number
  /** The lines themselves, one after the other; each ends with a line feed. */
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Of each line: when, which device, how many bytes. */
  readonly at: Float64Array<ArrayBuffer>
  readonly device: Int32Array<ArrayBuffer>
  readonly length: Int32Array<ArrayBuffer>
  readonly tally: Tally
}

/** What lines tell in all. */
export interface Tally {
  /** Handed to connections: with readings in them, or noise. */
  readonly messages: number
  /** In them, those sent again not counted. */
  readonly readings: number
  readonly lost: number
}

const FIRST_LINES = 4_096
const FIRST_BYTES = 2 ** 20
const START = Buffer.from('{"at":')
const END = Buffer.from('}\n')
/** Copied faster one by one. */
const SHORT = 8
/** Longer than a line without what it carries. */
const LINE_MAX_BYTES = 512

/**
 * Writes acts as lines: `{"at":<ms>,"device":"<id>","act":"publish","payload":{…}}`, the payload
 * an array where a buffer was flushed, `"again":true` where it was sent before. What is lost has
 * the payload that nobody got; noise its `"noise"` and its `"bytes"` in base 64.
 */
export class ActLines {
  readonly #heads: (string | undefined)[]
  #bytes = Buffer.allocUnsafeSlow(FIRST_BYTES)
  #used = 0
  #lines = 0
  #at = new Float64Array(FIRST_LINES)
  #device = new Int32Array(FIRST_LINES)
  #length = new Int32Array(FIRST_LINES)
  #messages = 0
  #readings = 0
  #lost = 0

  /** @param devices how many there are in all, whichever of them act here */
  constructor(devices: number) {
    this.#heads = Array.from({ length: devices })
  }

  add(act: Act): void {
    const start = this.#used
    if (act.type === 'publish') this.#addPublish(act.at, act.device, act.payload, act.again)
    else this.#addOther(act)
    if (act.type === 'publish' && !act.again) this.#readings += act.emissions.length
    if (act.type === 'publish' || act.type === 'noise') this.#messages += 1
    if (act.type === 'lost') this.#lost += 1
    if (this.#lines === this.#at.length) this.#growIndex()
    this.#at[this.#lines] = act.at
    this.#device[this.#lines] = act.device.index
    this.#length[this.#lines] = this.#used - start
    this.#lines += 1
  }

  /**
   * What was added since the last time.
   *
   * @param spent one that is done with: its memory is used again
   */
  take(spent?: Slice): Slice {
    const slice = {
      lines: this.#lines,
      used: this.#used,
      bytes: this.#bytes,
      at: this.#at,
      device: this.#device,
      length: this.#length,
      tally: { messages: this.#messages, readings: this.#readings, lost: this.#lost },
    }
    this.#bytes = spent ? Buffer.from(spent.bytes.buffer) : Buffer.allocUnsafeSlow(FIRST_BYTES)
    this.#at = spent?.at ?? new Float64Array(FIRST_LINES)
    this.#device = spent?.device ?? new Int32Array(FIRST_LINES)
    this.#length = spent?.length ?? new Int32Array(FIRST_LINES)
    this.#used = 0
    this.#lines = 0
    this.#messages = 0
    this.#readings = 0
    this.#lost = 0
    return slice
  }

  #addPublish(at: EpochMs, device: SimulatedDevice, payload: Buffer, again: boolean): void {
    this.#makeRoom(LINE_MAX_BYTES + payload.length)
    this.#raw(START)
    this.#used = writeWhole(this.#bytes, this.#used, at)
    this.#text(this.#publishHead(device))
    this.#raw(payload)
    if (again) this.#text(',"again":true')
    this.#raw(END)
  }

  #addOther(act: Exclude<Act, { type: 'publish' }>): void {
    const { at, device, type } = act
    const payload =
      act.type === 'lost' ? act.emission.payload : act.type === 'noise' ? act.payload : END
    this.#makeRoom(LINE_MAX_BYTES + 2 * payload.length)
    this.#text(`{"at":${at},"device":${JSON.stringify(device.id)},"act":"${type}"`)
    if (act.type === 'lost') {
      this.#text(',"payload":')
      this.#raw(payload)
    }
    if (act.type === 'noise') {
      this.#text(`,"noise":"${act.noise}","bytes":"${payload.toString('base64')}"`)
    }
    if (act.type === 'clone') this.#text(`,"until":${act.until}`)
    this.#raw(END)
  }

  #publishHead({ index, id }: SimulatedDevice): string {
    const known = this.#heads[index]
    if (known !== undefined) return known
    const head = `,"device":${JSON.stringify(id)},"act":"publish","payload":`
    this.#heads[index] = head
    return head
  }

  #text(text: string): void {
    this.#used += this.#bytes.write(text, this.#used)
  }

  #raw(bytes: Uint8Array): void {
    if (bytes.length > SHORT) this.#bytes.set(bytes, this.#used)
    else for (let n = 0; n < bytes.length; n += 1) this.#bytes[this.#used + n] = bytes[n] as number
    this.#used += bytes.length
  }

  #makeRoom(bytes: number): void {
    if (this.#used + bytes <= this.#bytes.length) return
    const grown = Buffer.allocUnsafeSlow(Math.max(2 * this.#bytes.length, this.#used + bytes))
    grown.set(this.#bytes.subarray(0, this.#used))
    this.#bytes = grown
  }

  #growIndex(): void {
    const grown = { at: this.#at, device: this.#device, length: this.#length }
    const lines = 2 * this.#lines
    this.#at = new Float64Array(lines)
    this.#device = new Int32Array(lines)
    this.#length = new Int32Array(lines)
    this.#at.set(grown.at)
    this.#device.set(grown.device)
    this.#length.set(grown.length)
  }
}
