import { crc32, deflateSync } from 'node:zlib'
import type { AttachmentMedia } from '#model/attachment.ts'

function pngChunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const frame = Buffer.alloc(8)
  frame.writeUInt32BE(data.length, 0)
  frame.writeUInt32BE(crc32(named), 4)
  return Buffer.concat([frame.subarray(0, 4), named, frame.subarray(4)])
}

/** One red pixel. */
const PNG = Buffer.concat([
  Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
  pngChunk('IHDR', Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0])),
  pngChunk('IDAT', deflateSync(Buffer.from([0, 0xff, 0, 0]))),
  pngChunk('IEND', Buffer.alloc(0)),
])

const box = (brand: string): Buffer => Buffer.from(`\0\0\0\x18ftyp${brand}\0\0\0\0${brand}mif1`)

/** The smallest files that are known for what they are. */
export const SAMPLES: Readonly<Record<AttachmentMedia, Buffer>> = {
  'image/jpeg': Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0, 1, 1, 0]),
  'image/png': PNG,
  'image/webp': Buffer.from('RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0', 'latin1'),
  'image/heic': box('heic'),
  'image/heif': box('mif1'),
  'application/pdf': Buffer.from('%PDF-1.7\n%%EOF\n'),
  'video/mp4': box('isom'),
}

/** A JPEG of so many bytes, each of its megabytes another. */
export function jpegOf(bytes: number): Buffer {
  const jpeg = Buffer.alloc(bytes)
  for (let at = 0; at < bytes; at += 1_048_576) jpeg.fill(at / 1_048_576 + 1, at)
  SAMPLES['image/jpeg'].copy(jpeg)
  return jpeg
}

/** Bytes in pieces, as a socket gives them. */
export async function* piecesOf(bytes: Buffer, size = 65_536): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}
