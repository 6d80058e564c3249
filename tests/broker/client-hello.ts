import { connect } from 'node:net'
import { onTestFinished } from 'vitest'

export interface Hello {
  /** What the client can at most: 0x0301 is TLS 1.0, 0x0303 TLS 1.2. */
  readonly version?: number
  /** Cipher suites by their IANA numbers. */
  readonly suites: readonly number[]
  /** Groups by their IANA numbers. */
  readonly groups?: readonly number[]
  /** Versions of TLS 1.3's own list; without it the client knows none above 1.2. */
  readonly versions?: readonly number[]
}

/** The first bytes a client sends (RFC 5246, 7.4.1.2), as no library of today would write them. */
export function clientHello({
  version = 0x0303,
  suites,
  groups = GROUPS,
  versions,
}: Hello): Buffer {
  const lists = [
    extension(10, vector16(numbers(groups))),
    extension(11, Buffer.from([1, 0])),
    extension(13, vector16(numbers([0x0403, 0x0401, 0x0804, 0x0201]))),
    // With no share of a key yet: the server asks for one of a group it takes.
    ...(versions ? [extension(43, vector8(numbers(versions))), extension(51, numbers([0]))] : []),
  ]
  const body = Buffer.concat([
    numbers([version]),
    Buffer.alloc(32, 7),
    vector8(Buffer.alloc(0)),
    vector16(numbers(suites)),
    Buffer.from([1, 0]),
    vector16(Buffer.concat(lists)),
  ])
  const length = Buffer.from([0, body.length >> 8, body.length & 0xff])
  const handshake = Buffer.concat([Buffer.from([1]), length, body])
  return Buffer.concat([Buffer.from([22, 3, 1]), vector16(handshake)])
}

const GROUPS = [0x001d, 0x0017, 0x0018]
const numbers = (values: readonly number[]): Buffer =>
  Buffer.from(values.flatMap((value) => [value >> 8, value & 0xff]))
const vector8 = (content: Buffer): Buffer => Buffer.concat([Buffer.from([content.length]), content])
const vector16 = (content: Buffer): Buffer => Buffer.concat([numbers([content.length]), content])
const extension = (type: number, content: Buffer): Buffer =>
  Buffer.concat([numbers([type]), vector16(content)])

/** What a server answers: the suite it chose, as `suite 0xc02b`, or its alert, as `alert 40`. */
export async function answerTo(port: number, hello: Buffer): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  socket.write(hello)
  const bytes = await new Promise<Buffer>((resolve, reject) => {
    socket.once('data', resolve)
    socket.once('error', reject)
    socket.once('close', () => resolve(Buffer.alloc(0)))
  })
  const [type] = bytes
  if (type === 21) return `alert ${bytes[6]}`
  if (type !== 22) return 'nothing'
  // Record, handshake, version and random come before the session id and the suite.
  const suiteAt = 5 + 4 + 2 + 32 + 1 + (bytes[43] ?? 0)
  return `suite 0x${bytes.readUInt16BE(suiteAt).toString(16)}`
}
