import { Buffer } from 'node:buffer'
import { crc32 } from 'node:zlib'
import { type EpochMs, epochMs } from '#model/time.ts'

/** The last character is the version of the format: of frames and of what is in them. */
export const MAGIC = Buffer.from('WSP1')
export const HEAD_BYTES = 32

/** What stands before the body of a record. */
export interface FrameHead {
  /** Rises by one with each record of a generation, from 1. */
  readonly number: number
  readonly takenAt: EpochMs
  /** Of head and body. */
  readonly bytes: number
  readonly bodySum: number
}

const AT = { length: 4, number: 8, takenAt: 16, bodySum: 24, headSum: 28 } as const

/**
 * Both sums begin with one of the generation's id, which no device knows: no payload can pass for a
 * frame, and a frame of another generation is none here.
 */
export const seedOf = (generation: string): number => crc32(generation)

/**
 * A record as it is written: magic, length of the body (u32), number (u64), when it was taken (f64,
 * epoch ms), CRC-32 of the body, CRC-32 of the head before it, all big-endian; then the body. The
 * head has a sum of its own so that a damaged length is never followed.
 */
export function frame(body: Uint8Array, number: number, takenAt: EpochMs, seed: number): Buffer {
  const bytes = Buffer.allocUnsafe(HEAD_BYTES + body.length)
  MAGIC.copy(bytes)
  bytes.writeUInt32BE(body.length, AT.length)
  bytes.writeBigUInt64BE(BigInt(number), AT.number)
  bytes.writeDoubleBE(takenAt, AT.takenAt)
  bytes.writeUInt32BE(crc32(body, seed), AT.bodySum)
  bytes.writeUInt32BE(crc32(bytes.subarray(0, AT.headSum), seed), AT.headSum)
  bytes.set(body, HEAD_BYTES)
  return bytes
}

/** The head of a frame that begins at `at`; undefined where none does. */
export function readHead(bytes: Buffer, at: number, seed: number): FrameHead | undefined {
  if (at + HEAD_BYTES > bytes.length) return undefined
  if (bytes.compare(MAGIC, 0, MAGIC.length, at, at + MAGIC.length) !== 0) return undefined
  const sum = crc32(bytes.subarray(at, at + AT.headSum), seed)
  if (sum !== bytes.readUInt32BE(at + AT.headSum)) return undefined
  return {
    number: Number(bytes.readBigUInt64BE(at + AT.number)),
    takenAt: epochMs(bytes.readDoubleBE(at + AT.takenAt)),
    bytes: HEAD_BYTES + bytes.readUInt32BE(at + AT.length),
    bodySum: bytes.readUInt32BE(at + AT.bodySum),
  }
}

/** The body of a frame; undefined where it is not the one that was written. */
export function readBody(
  bytes: Buffer,
  at: number,
  head: FrameHead,
  seed: number,
): Buffer | undefined {
  const body = bytes.subarray(at + HEAD_BYTES, at + head.bytes)
  return crc32(body, seed) === head.bodySum ? body : undefined
}
