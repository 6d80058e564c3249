import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { COVER_PAYLOAD, runLoad } from '#bench/load.ts'

const CONNECT = 0x10
const STALL_MS = 300
const PAYLOAD_BYTES = Buffer.byteLength(COVER_PAYLOAD.replace('{measuredAt}', '0'.repeat(13)))

/** Acknowledges everything at once, but for a while in which it reads nothing. */
class StallingBroker {
  readonly server = createServer((socket) => this.#serve(socket))
  readonly #sockets: Socket[] = []

  get port(): number {
    const address = this.server.address()
    return typeof address === 'object' && address ? address.port : 0
  }

  async stall(): Promise<void> {
    for (const socket of this.#sockets) socket.pause()
    await sleep(STALL_MS)
    for (const socket of this.#sockets) socket.resume()
  }

  #serve(socket: Socket): void {
    this.#sockets.push(socket)
    socket.on('error', () => socket.destroy())
    let rest = Buffer.alloc(0)
    socket.on('data', (chunk: Buffer) => {
      let bytes = Buffer.concat([rest, chunk])
      if (bytes[0] === CONNECT) {
        bytes = bytes.subarray(2 + (bytes[1] ?? 0))
        socket.write(Buffer.of(0x20, 2, 0, 0))
      }
      // A fixed header of three bytes, the topic with its length, the packet id, the payload.
      while (bytes.length > 5) {
        const idAt = 5 + bytes.readUInt16BE(3)
        if (bytes.length < idAt + 2 + PAYLOAD_BYTES) break
        socket.write(Buffer.of(0x40, 2, bytes[idAt] ?? 0, bytes[idAt + 1] ?? 0))
        bytes = bytes.subarray(idAt + 2 + PAYLOAD_BYTES)
      }
      rest = bytes
    })
  }
}

const broker = new StallingBroker()
beforeAll(async () => {
  broker.server.listen(0, '127.0.0.1')
  await once(broker.server, 'listening')
})
afterAll(() => {
  broker.server.close()
})

test('a stall counts for every message that was due in it, not only for those under way', async () => {
  const running = runLoad({
    port: broker.port,
    clients: 10,
    traffic: { perSecond: 1_000 },
    seconds: 1,
    warmupSeconds: 0.1,
    devicePrefix: 'load-',
    secret: 'a-secret-long-enough-to-be-random',
    payload: COVER_PAYLOAD,
    firstAt: Date.UTC(2026, 10, 23),
    stepMs: 1,
  })
  await sleep(400)
  await broker.stall()
  const result = await running
  expect(result).toMatchObject({ disconnected: 0, unanswered: 0 })
  // About a third of the messages waited, evenly spread up to the length of the stall.
  expect(result.pubackP99Ms).toBeGreaterThan(STALL_MS * 0.8)
  expect(result.acknowledged).toBeGreaterThan(500)
})
