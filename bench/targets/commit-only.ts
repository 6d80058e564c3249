/**
 * The least that acknowledges a reading after its commit: sockets, packets, the committer, PUBACKs. No
 * aedes, no accounts, nothing checked, no rules, nothing remembered. What it takes is what sockets
 * and the database take; the rest is the service's own.
 */
import '#runtime/heap-flags.ts'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { readConnect } from '#broker/connect-packet.ts'
import { FieldCursor } from '#broker/field-cursor.ts'
import { FrameReader } from '#broker/frame-reader.ts'
import { pubacks } from '#broker/outgoing-packets.ts'
import { CONNECT, PUBLISH } from '#broker/packet-types.ts'
import { PublishPacket } from '#broker/publish-packet.ts'
import type { Device } from '#model/device.ts'
import type { Reading } from '#model/reading.ts'
import { epochMs } from '#model/time.ts'
import { readConfig } from '#runtime/config.ts'
import { silentLogger } from '#runtime/logger.ts'
import { openCommitter } from '#store/committer.ts'
import { openDatabase } from '#store/database.ts'
import { migrate } from '#store/migrate.ts'
import { device as deviceCalled } from '#tests/store/fixtures.ts'
import { CASE_RULES } from '#tests/support/case-rules.ts'

const PACKET_BYTES_MAX = 65_536
const ACCEPTED = Buffer.of(0x20, 2, 0, 0)
const CHANNELS = [1.5, false, 120, undefined, 0.4, undefined, 12.5, 93, -87]

const database = await openDatabase(readConfig(process.env).store, silentLogger)
await migrate(database, silentLogger)
const committer = await openCommitter(database, { ...CASE_RULES, timeoutMs: 30_000 }, silentLogger)

interface Message {
  readonly socket: Socket
  readonly messageId: number
  readonly reading: Reading
}

let waiting: Message[] = []
let isCommitting = false
let isPlanned = false

async function commitNext(): Promise<void> {
  if (isCommitting || waiting.length === 0) return
  const batch = waiting
  waiting = []
  isCommitting = true
  await committer.commit({
    number: committer.lastNumber + 1,
    at: epochMs(Date.now()),
    readings: batch.map(({ reading }) => reading),
    rejections: [],
    resolved: [],
    episodes: [],
    listened: null,
  })
  isCommitting = false
  void commitNext()
  const acks = new Map<Socket, number[]>()
  for (const { socket, messageId } of batch) {
    const ids = acks.get(socket)
    if (ids) ids.push(messageId)
    else acks.set(socket, [messageId])
  }
  for (const [socket, ids] of acks) socket.write(pubacks(ids))
}

function commitPlanned(): void {
  isPlanned = false
  void commitNext()
}

const publish = new PublishPacket()

function take(socket: Socket, reader: FrameReader, device: Device): void {
  publish.read(reader)
  const payload = reader.bytes.toString('utf8', publish.payloadStart, reader.end)
  const { measuredAt } = JSON.parse(payload) as { measuredAt: number }
  waiting.push({
    socket,
    messageId: publish.messageId,
    reading: {
      device,
      measuredAt: epochMs(measuredAt),
      seq: 0,
      receivedAt: epochMs(Date.now()),
      serverClock: false,
      values: CHANNELS,
      extra: null,
    },
  })
  if (isPlanned || isCommitting) return
  isPlanned = true
  setImmediate(commitPlanned)
}

/** What a client calls itself. */
function clientIdOf({ bytes, bodyStart, end }: FrameReader): string {
  const request = readConnect(new FieldCursor(bytes, bodyStart, end))
  if (request === 'malformed' || 'code' in request) throw new Error('a load connects as it should')
  return request.clientId
}

const server = createServer({ noDelay: true }, (socket) => {
  const reader = new FrameReader(PACKET_BYTES_MAX)
  let device: Device | undefined
  // The load cuts its connections.
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk) => {
    reader.feed(chunk)
    while (reader.next() === 'packet') {
      const type = (reader.bytes[reader.start] as number) >> 4
      if (type === CONNECT) {
        device = deviceCalled(clientIdOf(reader))
        socket.write(ACCEPTED)
      } else if (type === PUBLISH && device) take(socket, reader, device)
    }
  })
})
server.listen(0, '127.0.0.1')
await once(server, 'listening')
const address = server.address()
if (address && typeof address === 'object') console.log(JSON.stringify({ port: address.port }))

await once(process, 'SIGTERM')
await committer.close()
await database.close()
process.exit()
