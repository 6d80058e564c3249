import { chance, integerBetween, pick, type Random } from '#simulator/random/random.ts'

const BINARY = 2
const LENGTH_16 = 126
const LENGTH_64 = 127

/** The request that makes a WebSocket of a connection (RFC 6455, 4.1). */
export const UPGRADE: Buffer = Buffer.from(
  [
    'GET /mqtt HTTP/1.1',
    'Host: 127.0.0.1',
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Protocol: mqtt',
    '',
    '',
  ].join('\r\n'),
)

/** A masked frame of a client (RFC 6455, 5.2). */
export function frame(payload: Buffer, first = 0x80 | BINARY, mask = [1, 2, 3, 4]): Buffer {
  const { length } = payload
  const head =
    length < LENGTH_16
      ? Buffer.of(first, 0x80 | length)
      : Buffer.of(first, 0x80 | LENGTH_16, length >> 8, length & 0xff)
  const masked = payload.map((byte, index) => byte ^ (mask[index % 4] as number))
  return Buffer.concat([head, Buffer.from(mask), masked])
}

/** A stream of MQTT in frames whose borders know nothing of packets. */
export function inFrames(random: Random, bytes: Buffer): Buffer[] {
  const frames: Buffer[] = []
  for (let at = 0; at < bytes.length; ) {
    const end = at + integerBetween(random, 1, Math.min(2_000, bytes.length))
    frames.push(frame(bytes.subarray(at, end)))
    at = end
  }
  return frames
}

/** [first byte, second byte, what follows]: frames that say what no client may say. */
const RUDE: readonly Buffer[] = [
  frame(Buffer.from('text'), 0x81),
  frame(Buffer.from([0xc3]), 0x81),
  frame(Buffer.alloc(4), 0x80 | 3),
  frame(Buffer.alloc(4), 0xf0 | BINARY),
  frame(Buffer.alloc(126, 1), 0x89),
  frame(Buffer.from('ping'), 0x89),
  frame(Buffer.from('pong'), 0x8a),
  frame(Buffer.from([0x03, 0xe8]), 0x88),
  frame(Buffer.from([0x00]), 0x88),
  frame(Buffer.from('in the middle'), 0x00),
  frame(Buffer.from('begun'), BINARY),
  Buffer.of(0x82, 0x05, 1, 2, 3, 4, 5),
  Buffer.of(0x82, 0x80 | LENGTH_64, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
  Buffer.of(0x82, 0x80 | LENGTH_64, 0, 0, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0),
]

/** Frames of which one is not as it should be. */
export function rudeFrames(random: Random, frames: readonly Buffer[]): readonly Buffer[] {
  const at = integerBetween(random, 0, frames.length)
  if (chance(random, 0.5)) return frames.toSpliced(at, 0, pick(random, RUDE))
  const index = integerBetween(random, 0, Math.max(0, frames.length - 1))
  const spoilt = Buffer.from(frames[index] ?? UPGRADE)
  const place = integerBetween(random, 0, Math.min(13, spoilt.length - 1))
  spoilt[place] = integerBetween(random, 0, 255)
  return frames.length > 0 ? frames.with(index, spoilt) : [spoilt]
}

/** The first whole frame of a server, which masks none; undefined while it has not come. */
export function serverFrame(bytes: Buffer) {
  const [first = 0, short] = bytes
  if (short === undefined) return undefined
  const isLong = short === LENGTH_16
  if (bytes.length < (isLong ? 4 : 2)) return undefined
  const start = isLong ? 4 : 2
  const end = start + (isLong ? bytes.readUInt16BE(2) : short)
  if (bytes.length < end) return undefined
  return { isData: (first & 0x0f) <= BINARY, payload: bytes.subarray(start, end), end }
}
