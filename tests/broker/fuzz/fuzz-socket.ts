import { createConnection, type Socket } from 'node:net'
import mqttPacket, { type Packet } from 'mqtt-packet'
import type { FuzzConnection } from './plan.ts'
import { serverFrame } from './web-socket-frames.ts'

const ANSWERS: readonly Packet['cmd'][] = [
  'connack',
  'puback',
  'pubrec',
  'pubcomp',
  'suback',
  'unsuback',
  'pingresp',
  'publish',
]

/** One connection of a session: says what it is told to and listens to what comes back. */
export class FuzzSocket {
  readonly closed: Promise<void>
  readonly acknowledged: number[] = []
  /** What the broker said and must not say. */
  readonly faults: string[] = []
  readonly #socket: Socket
  readonly #wake = new Set<() => void>()
  #answers = 0
  #isClosed = false

  constructor(port: number, transport: FuzzConnection['transport']) {
    this.#socket = createConnection({ host: '127.0.0.1', port, noDelay: true })
    this.#socket.on('error', () => this.#socket.destroy())
    const parser = mqttPacket.parser()
    parser.on('packet', (packet) => this.#take(packet))
    parser.on('error', (error) => this.faults.push(`answered with what is no MQTT: ${error}`))
    if (transport === 'tcp') this.#socket.on('data', (chunk) => parser.parse(chunk))
    else readFrames(this.#socket, (bytes) => parser.parse(bytes))
    this.closed = new Promise((resolve) => {
      this.#socket.once('close', () => {
        this.#isClosed = true
        this.#wakeAll()
        resolve()
      })
    })
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Resolves when the segment has left; several seldom go in one. */
  async send(segment: Buffer): Promise<void> {
    if (this.#isClosed || !this.#socket.writable) return
    await new Promise<void>((resolve) => {
      this.#socket.write(segment, () => resolve())
    })
    await new Promise<void>((resolve) => {
      setImmediate(resolve)
    })
  }

  /** Resolves with what it gives once it is true, or false when nothing was heard for so long. */
  async until(isDone: () => boolean, quietMs: number): Promise<boolean> {
    while (!isDone()) {
      if (this.#isClosed) return isDone()
      const answers = this.#answers
      await this.#heard(quietMs)
      if (!isDone() && answers === this.#answers && !this.#isClosed) return false
    }
    return true
  }

  halfClose(): void {
    this.#socket.end()
  }

  leave(): void {
    this.#socket.destroy()
  }

  #take(packet: Packet): void {
    if (!ANSWERS.includes(packet.cmd)) this.faults.push(`answered with ${packet.cmd}`)
    if (packet.cmd === 'puback' && packet.messageId) this.acknowledged.push(packet.messageId)
    this.#answers++
    this.#wakeAll()
  }

  async #heard(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        this.#wake.delete(done)
        resolve()
      }
      const timer = setTimeout(done, ms)
      this.#wake.add(done)
    })
  }

  #wakeAll(): void {
    for (const wake of this.#wake) wake()
  }
}

/** Gives on what is in the frames of a server, behind its answer to the upgrade. */
function readFrames(socket: Socket, onBytes: (bytes: Buffer) => void): void {
  let left = Buffer.alloc(0)
  let isUpgraded = false
  socket.on('data', (chunk: Buffer) => {
    left = Buffer.concat([left, chunk])
    if (!isUpgraded) {
      const end = left.indexOf('\r\n\r\n')
      if (end < 0 || left.toString('latin1', 0, 12) !== 'HTTP/1.1 101') return
      isUpgraded = true
      left = left.subarray(end + 4)
    }
    for (let read = serverFrame(left); read; read = serverFrame(left)) {
      left = left.subarray(read.end)
      if (read.isData) onBytes(read.payload)
    }
  })
}
