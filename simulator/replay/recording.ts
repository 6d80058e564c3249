import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { pipeline, type Readable } from 'node:stream'
import { constants, createGunzip, gunzipSync } from 'node:zlib'
import { messageOf, Rejected } from '#model/error.ts'
import { asUtf8, decoderOf } from './text-encoding.ts'

export const RECORDING_FORMATS = ['csv', 'ndjson', 'gpx'] as const
export type RecordingFormat = (typeof RECORDING_FORMATS)[number]

/** A file of measurements, on disk. */
export interface Recording {
  readonly format: RecordingFormat
  readonly size: number
  /** Opens it at the beginning. */
  open(): OpenRecording
}

export interface OpenRecording {
  /** Unpacked, UTF-8. */
  readonly stream: Readable
  /** Of the file as it lies on the disk. */
  readonly readBytes: () => number
}

export interface RecordingOptions {
  /** Null finds out. */
  readonly format: RecordingFormat | null
  /** A label of the WHATWG Encoding Standard, such as `utf-8` or `gb18030`. */
  readonly encoding: string
}

const GZIP_MAGIC = [0x1f, 0x8b]
const HEAD_BYTES = 65_536

/**
 * Looks into a file to see whether it is packed and what it holds; its name plays no part.
 *
 * @throws Rejected('invalid-input') when it cannot be read or is empty, or there is no such
 *   encoding.
 */
export async function openRecording(path: string, options: RecordingOptions): Promise<Recording> {
  const decoder = decoderOf(options.encoding)
  const { head, size } = await readHead(path)
  const packed = GZIP_MAGIC.every((byte, index) => head[index] === byte)
  const text = decoder.decode(packed ? unpackedHead(path, head) : head, { stream: true })
  return {
    format: options.format ?? formatOf(text),
    size,
    open() {
      const file = createReadStream(path)
      // The stream that is read carries the error on; here it only ends both.
      const bytes = packed ? pipeline(file, createGunzip(), () => undefined) : file
      return { stream: asUtf8(bytes, options.encoding), readBytes: () => file.bytesRead }
    },
  }
}

async function readHead(path: string): Promise<{ head: Buffer; size: number }> {
  try {
    await using file = await open(path)
    const { size } = await file.stat()
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0)
    if (bytesRead === 0) throw new Rejected('invalid-input', `${path} is empty`)
    return { head: buffer.subarray(0, bytesRead), size }
  } catch (error) {
    if (error instanceof Rejected) throw error
    throw unreadable(path, error)
  }
}

function unpackedHead(path: string, head: Buffer): Buffer {
  try {
    // The head is not the whole file: what follows it is missing, and that is no fault.
    return gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH })
  } catch (error) {
    throw unreadable(path, error)
  }
}

function formatOf(head: string): RecordingFormat {
  const begun = head.trimStart()
  if (begun.startsWith('<')) return 'gpx'
  return begun.startsWith('{') || begun.startsWith('[') ? 'ndjson' : 'csv'
}

const unreadable = (path: string, cause: unknown): Rejected =>
  new Rejected('invalid-input', `${path} cannot be read: ${messageOf(cause)}`, { cause })
