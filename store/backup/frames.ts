import { createHash, type Hash } from 'node:crypto'
import { Rejected } from '#model/error.ts'
import type { BackupNote } from './backup-document.ts'

/** A note in JSON, or rows of a table as COPY writes them in text. */
export type Frame =
  | { readonly type: 'note'; readonly note: BackupNote }
  | { readonly type: 'rows'; readonly bytes: Buffer }

const NOTE = 'N'.charCodeAt(0)
const ROWS = 'R'.charCodeAt(0)
const HEAD_BYTES = 5
/** No frame that was written is larger: a length that is shows a damaged file. */
const LARGEST = 64 * 1_024 ** 2

/** Puts frames one after the other: a letter, the length in four bytes, the bytes; and digests them. */
export class FrameWriter {
  readonly #hash: Hash = createHash('sha256')

  note(note: BackupNote): Buffer {
    return this.#frame(NOTE, Buffer.from(JSON.stringify(note)))
  }

  rows(bytes: Buffer): Buffer {
    return this.#frame(ROWS, bytes)
  }

  /** Of all frames so far. */
  digest(): string {
    return this.#hash.copy().digest('hex')
  }

  #frame(type: number, bytes: Buffer): Buffer {
    const frame = Buffer.allocUnsafe(HEAD_BYTES + bytes.length)
    frame[0] = type
    frame.writeUInt32BE(bytes.length, 1)
    bytes.copy(frame, HEAD_BYTES)
    this.#hash.update(frame)
    return frame
  }
}

/**
 * The frames of a stream, in their order, until the note that ends it.
 *
 * @throws Rejected `invalid-input` when it is damaged, cut short, or no backup at all
 */
export async function* readFrames(source: AsyncIterable<Buffer>): AsyncGenerator<Frame> {
  const hash = createHash('sha256')
  let rest: Buffer = Buffer.alloc(0)
  let isOver = false
  for await (const piece of source) {
    rest = rest.length === 0 ? piece : Buffer.concat([rest, piece])
    let at = 0
    while (rest.length - at >= HEAD_BYTES) {
      const size = rest.readUInt32BE(at + 1)
      if (size > LARGEST || isOver) throw damaged('it has something in it that was not written')
      const end = at + HEAD_BYTES + size
      if (rest.length < end) break
      const frame = frameOf(rest[at], rest.subarray(at + HEAD_BYTES, end))
      if (frame.type === 'note' && 'end' in frame.note) {
        if (frame.note.sha256 !== hash.digest('hex')) throw damaged('its checksum is another one')
        isOver = true
      } else {
        hash.update(rest.subarray(at, end))
      }
      yield frame
      at = end
    }
    rest = rest.subarray(at)
  }
  if (!isOver || rest.length > 0) throw damaged('it is cut short')
}

function frameOf(type: number | undefined, bytes: Buffer): Frame {
  if (type === ROWS) return { type: 'rows', bytes }
  if (type !== NOTE) throw damaged('it has something in it that was not written')
  try {
    return { type: 'note', note: JSON.parse(bytes.toString('utf8')) as BackupNote }
  } catch (error) {
    throw damaged('it has something in it that was not written', error)
  }
}

export const damaged = (why: string, cause?: unknown): Rejected =>
  new Rejected('invalid-input', `the backup is damaged: ${why}`, { cause })
