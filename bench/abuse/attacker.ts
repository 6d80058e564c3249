/** One abuse of a broker for some seconds, in a process of its own. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createConnection, type Socket } from 'node:net'
import mqttPacket from 'mqtt-packet'
import { telemetryTopic } from '#model/topic.ts'

export const ABUSES = [
  'silent connections',
  'connections that go at once',
  'guessing at one device',
  'guessing at many devices',
  'dripping CONNECT',
  'dripping PUBLISH',
  'giant lengths',
  '100,000 topics',
  'pings without end',
  'messages without end',
  'two clones',
] as const
export type Abuse = (typeof ABUSES)[number]

export interface AbuseOptions {
  readonly abuse: Abuse
  /** In whose name, where one is enough. */
  readonly deviceId: string
  readonly port: number
  readonly secret: string
  readonly seconds: number
}

const HELD_MAX = 5_000

class Attacker {
  done = 0
  readonly #options: AbuseOptions
  readonly #held: Socket[] = []
  #isOver = false

  constructor(options: AbuseOptions) {
    this.#options = options
  }

  async run(): Promise<number> {
    setTimeout(() => {
      this.#isOver = true
      for (const socket of this.#held) socket.destroy()
    }, this.#options.seconds * 1_000)
    await this.#ways()[this.#options.abuse]()
    return this.done
  }

  #ways(): Readonly<Record<Abuse, () => Promise<unknown>>> {
    const { deviceId } = this.#options
    return {
      'silent connections': () => this.#many(8, () => this.#hold()),
      'connections that go at once': () => this.#many(8, () => this.#comeAndGo()),
      'guessing at one device': () => this.#many(8, () => this.#guess(deviceId)),
      'guessing at many devices': () => this.#many(8, () => this.#guess(`load-${this.done}`)),
      'dripping CONNECT': () => this.#drip(() => this.#connect(deviceId), false),
      'dripping PUBLISH': () => this.#drip(() => message(deviceId, 'x'.repeat(1_000)), true),
      'giant lengths': () => this.#many(4, () => this.#giant()),
      '100,000 topics': () => this.#flood((n) => manyTopics(deviceId, n)),
      'pings without end': () => this.#flood(() => Buffer.of(0xc0, 0)),
      'messages without end': () => this.#flood((n) => message(deviceId, `{"seq":${n}}`)),
      'two clones': () => this.#many(2, () => this.#clone()),
    }
  }

  async #many(lanes: number, once: () => Promise<unknown>): Promise<void> {
    const lane = async (): Promise<void> => {
      while (!this.#isOver) {
        await once()
        this.done++
      }
    }
    await Promise.all(Array.from({ length: lanes }, lane))
  }

  #open(): Socket {
    const socket = createConnection({ host: '127.0.0.1', port: this.#options.port, noDelay: true })
    socket.on('error', () => socket.destroy())
    socket.resume()
    return socket
  }

  #connect(deviceId: string, secret = this.#options.secret): Buffer {
    const password = Buffer.from(secret)
    const username = deviceId
    return mqttPacket.generate({ cmd: 'connect', clientId: 'a', clean: true, username, password })
  }

  async #hold(): Promise<void> {
    const socket = this.#open()
    this.#held.push(socket)
    if (this.#held.length > HELD_MAX) this.#held.shift()?.destroy()
    await either(socket, 'connect')
  }

  async #comeAndGo(): Promise<void> {
    const socket = this.#open()
    await either(socket, 'connect')
    socket.resetAndDestroy()
  }

  async #guess(deviceId: string): Promise<void> {
    const socket = this.#open()
    socket.write(this.#connect(deviceId, `guess ${this.done} ${Math.random()}`))
    await either(socket, 'data')
    socket.destroy()
  }

  async #giant(): Promise<void> {
    const socket = await this.#enter(this.#options.deviceId)
    socket.write(Buffer.of(0x30, 0xff, 0xff, 0xff, 0x7f, 0))
    await gone(socket)
  }

  async #clone(): Promise<void> {
    const socket = await this.#enter(this.#options.deviceId)
    await gone(socket)
  }

  /** A thousand that send a byte each fifty milliseconds. */
  async #drip(packet: () => Buffer, isLetIn: boolean): Promise<void> {
    const bytes = packet()
    const sockets = isLetIn
      ? await Promise.all(Array.from({ length: 500 }, (_, n) => this.#enter(`load-${n + 100}`)))
      : Array.from({ length: 1_000 }, () => this.#open())
    for (let at = 0; !this.#isOver; at++) {
      for (const socket of sockets) if (socket.writable) socket.write(bytes.subarray(at, at + 1))
      this.done += sockets.length
      await new Promise((resolve) => {
        setTimeout(resolve, 50)
      })
    }
    for (const socket of sockets) socket.destroy()
  }

  async #flood(packet: (n: number) => Buffer): Promise<void> {
    const socket = await this.#enter(this.#options.deviceId)
    this.#held.push(socket)
    while (!this.#isOver && socket.writable) {
      const packets = Array.from({ length: 50 }, () => packet(this.done++))
      if (!socket.write(Buffer.concat(packets))) await either(socket, 'drain')
    }
    socket.destroy()
  }

  async #enter(deviceId: string): Promise<Socket> {
    const socket = this.#open()
    socket.write(this.#connect(deviceId))
    this.#held.push(socket)
    await either(socket, 'data')
    return socket
  }
}

const either = (socket: Socket, event: string): Promise<unknown> =>
  Promise.race([once(socket, event), once(socket, 'close')]).catch(() => undefined)

const gone = (socket: Socket): unknown => socket.destroyed || either(socket, 'close')

const message = (deviceId: string, payload: string): Buffer =>
  mqttPacket.generate({
    cmd: 'publish',
    topic: telemetryTopic(deviceId),
    payload,
    qos: 1,
    messageId: 1,
    dup: false,
    retain: false,
  })

const manyTopics = (deviceId: string, n: number): Buffer =>
  mqttPacket.generate({
    cmd: 'subscribe',
    messageId: 1 + (n % 65_000),
    subscriptions: Array.from({ length: 50 }, (_, each) => ({
      topic: `wanmi/v1/${deviceId}/${n * 50 + each}`,
      qos: 1,
    })),
  })

/** Resolves once it attacks; `done` with how often it tried. */
export async function spawnAbuse(options: AbuseOptions): Promise<{ done: Promise<number> }> {
  const child = spawn(process.execPath, [import.meta.filename, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const done = once(child.stdout, 'data').then(([text]) => Number(text))
  await once(child, 'spawn')
  return { done }
}

if (import.meta.main) {
  const attacker = new Attacker(JSON.parse(process.argv[2] ?? '{}') as AbuseOptions)
  console.log(await attacker.run())
  process.exit()
}
