import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { pipeline, type Readable } from 'node:stream'
import { constants, createGunzip, gunzipSync } from 'node:zlib'
import { messageOf, Rejected } from '#model/error.ts'

/** A file of measurements, on disk. */
export interface Recording {
  readonly format: 'csv' | 'gpx'
  readonly size: number
  /** Opens it at the beginning. */
  open(): OpenRecording
}

export interface OpenRecording {
  /** Unpacked. */
  readonly stream: Readable
  /** Of the file as it lies on the disk. */
  readonly readBytes: () => number
}

const GZIP_MAGIC = [0x1f, 0x8b]
const HEAD_BYTES = 65_536

/**
 * Looks into a file to see whether it is packed and what it holds; its name plays no part.
 *
 * @throws Rejected('invalid-input') when it cannot be read or is empty.
 */
export async function openRecording(path: string): Promise<Recording> {
  const { head, size } = await readHead(path)
  const packed = GZIP_MAGIC.every((byte, index) => head[index] === byte)
  return {
    format: isXml(packed ? unpackedHead(path, head) : head) ? 'gpx' : 'csv',
    size,
    open() {
      const file = createReadStream(path)
      // The stream that is read carries the error on; here it only ends both.
      const stream = packed ? pipeline(file, createGunzip(), () => undefined) : file
      return { stream, readBytes: () => file.bytesRead }
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

const isXml = (head: Buffer): boolean =>
  head
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trimStart()
    .startsWith('<')

const unreadable = (path: string, cause: unknown): Rejected =>
  new Rejected('invalid-input', `${path} cannot be read: ${messageOf(cause)}`, { cause })
