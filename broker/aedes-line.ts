import { Duplex } from 'node:stream'

type Done = (error?: Error | null) => void

/**
 * The end of a client's stream that aedes holds. It reads what the door gives it; what it writes goes
 * out on the stream at once, and closing it closes the stream.
 */
export class AedesLine extends Duplex {
  readonly #stream: Duplex

  constructor(stream: Duplex) {
    super()
    this.#stream = stream
  }

  /** What was written and the other side's socket has not taken. */
  get waitingBytes(): number {
    return this.writableLength + this.#stream.writableLength
  }

  // Packets come by push, as they come.
  override _read(): void {}

  override _write(bytes: Buffer, _: BufferEncoding, done: Done): void {
    this.#send(bytes, done)
  }

  override _writev(chunks: readonly { readonly chunk: Buffer }[], done: Done): void {
    this.#send(Buffer.concat(chunks.map(({ chunk }) => chunk)), done)
  }

  override _final(done: Done): void {
    this.#stream.end(() => done())
  }

  override _destroy(_: Error | null, done: Done): void {
    this.#stream.destroy()
    done()
  }

  #send(bytes: Buffer, done: Done): void {
    if (!this.#stream.writable || this.#stream.write(bytes)) done()
    else this.#stream.once('drain', done)
  }
}
