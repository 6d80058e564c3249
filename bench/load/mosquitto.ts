import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { createConnection, createServer } from 'node:net'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** Where Debian puts it, which is on the path of root alone. */
const PLACES = ['/usr/sbin/mosquitto', '/usr/bin/mosquitto', '/usr/local/sbin/mosquitto']
const READY_WITHIN_MS = 5_000

export interface Broker {
  readonly name: string
  readonly port: number
  stop(): Promise<void>
}

/**
 * mosquitto on loopback with its own defaults, open to everybody; undefined where it is not installed.
 *
 * @throws Error when it is there and does not listen
 */
export async function startMosquitto(folder: string): Promise<Broker | undefined> {
  const program = PLACES.find((place) => existsSync(place))
  if (program === undefined) return undefined
  const port = await freePort()
  const file = path.join(folder, 'mosquitto.conf')
  await writeFile(file, `listener ${port} 127.0.0.1\nallow_anonymous true\n`)
  const child = spawn(program, ['-c', file], { stdio: 'ignore' })
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGTERM')
    await gone
  }
  const until = performance.now() + READY_WITHIN_MS
  while (!(await listens(port))) {
    if (performance.now() > until || child.exitCode !== null) {
      await stop()
      throw new Error(`${program} does not listen`)
    }
    await sleep(20)
  }
  return { name: 'mosquitto', port, stop }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address ? address.port : 0
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port })
    socket.once('connect', () => resolve(true))
    socket.once('error', () => resolve(false))
    socket.once('close', () => socket.destroy())
    socket.once('connect', () => socket.end())
  })
}
