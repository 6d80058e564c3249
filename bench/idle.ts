/**
 * What a connection costs that says nothing: memory of the service before and after so many devices
 * have connected and subscribed, `npm run bench -- idle [--connections 10000]`.
 *
 * Resident memory after the registry was imported and the heap was left alone for a while; what the
 * kernel holds for a socket is not in it.
 */
import { once } from 'node:events'
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { createConnection, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import mqttPacket from 'mqtt-packet'
import { commandTopic } from '#model/topic.ts'
import { startTarget } from './target-process.ts'

const SECRET = 'a-secret-long-enough-to-be-random'
const AT_ONCE = 100
const SETTLE_MS = 5_000

const { values } = parseArgs({ options: { connections: { type: 'string', default: '10000' } } })
const connections = Number(values.connections)

async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1_024
}

/** A device that is let in and listens for commands. */
async function connectIdle(port: number, deviceId: string): Promise<Socket> {
  const socket = createConnection({ host: '127.0.0.1', port })
  socket.write(
    mqttPacket.generate({
      cmd: 'connect',
      clientId: deviceId,
      clean: true,
      keepalive: 3_600,
      username: deviceId,
      password: Buffer.from(SECRET),
    }),
  )
  const [connack] = (await once(socket, 'data')) as [Buffer]
  if (connack[3] !== 0) throw new Error(`${deviceId} was refused with code ${connack[3]}`)
  socket.write(
    mqttPacket.generate({
      cmd: 'subscribe',
      messageId: 1,
      subscriptions: [{ topic: commandTopic(deviceId), qos: 1 }],
    }),
  )
  await once(socket, 'data')
  return socket
}

const folder = await mkdtemp(path.join(tmpdir(), 'wanmi-bench-'))
await chmod(folder, 0o755)
const wanmi = await startTarget('wanmi', {
  DATA_DIR: folder,
  BENCH_SECRET: SECRET,
  BENCH_DEVICES: String(connections),
})
const sockets: Socket[] = []
let closed = 0
try {
  await sleep(SETTLE_MS)
  const before = await residentBytes(wanmi.pid)
  const begun = performance.now()
  while (sockets.length < connections) {
    const count = Math.min(AT_ONCE, connections - sockets.length)
    const ids = Array.from({ length: count }, (_, index) => `load-${sockets.length + index}`)
    const some = await Promise.all(ids.map((id) => connectIdle(wanmi.port, id)))
    for (const socket of some) socket.on('close', () => closed++)
    sockets.push(...some)
  }
  const seconds = (performance.now() - begun) / 1_000
  await sleep(SETTLE_MS)
  const after = await residentBytes(wanmi.pid)
  console.log({
    connections,
    'closed meanwhile': closed,
    'seconds to connect': Math.round(seconds),
    'service before, MiB': Math.round(before / 2 ** 20),
    'service after, MiB': Math.round(after / 2 ** 20),
    'KiB per connection': Number(((after - before) / connections / 1_024).toFixed(1)),
  })
} finally {
  for (const socket of sockets) socket.destroy()
  await wanmi.stop()
  await rm(folder, { recursive: true, force: true })
}
