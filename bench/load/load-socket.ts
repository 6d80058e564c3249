import { createConnection, type Socket } from 'node:net'
import mqttPacket from 'mqtt-packet'
import { telemetryTopic } from '#model/topic.ts'

/** Who a client is, and what it sends. */
export interface LoadDevice {
  readonly port: number
  /** The address of its own that it connects from, where one has not ports enough. */
  readonly localAddress?: string | undefined
  readonly deviceId: string
  readonly secret: string
  /** JSON text of one message; `{measuredAt}` stands for epoch milliseconds of 13 digits. */
  readonly payload: string
  /** Epoch milliseconds of the first reading, and from one of its readings to the next. */
  readonly firstAt: number
  readonly stepMs: number
}

const TIME_DIGITS = 13
const PUBACK = 0x40
const CONNACK = 0x20
const PINGRESP = 0xd0
/** PUBACK and CONNACK. */
const ANSWER_BYTES = 4
/** Comes unasked to whoever has to wait for long, so that it does not take its line for dead. */
const PINGRESP_BYTES = 2

/**
 * A raw MQTT client: a socket, a packet encoded beforehand, and a packet id and a time patched in.
 * Its readings ascend in `measuredAt`, so that each is a new one.
 */
export class LoadSocket {
  /** When the CONNACK came; rejects when it is a refusal. */
  readonly ready: Promise<void>
  /** The packet ids of the PUBACKs that came with one chunk. */
  onAcks: (ids: readonly number[]) => void = () => undefined
  onClose: () => void = () => undefined
  readonly #socket: Socket
  readonly #template: Buffer
  readonly #idAt: number
  readonly #timeAt: number
  readonly #stepMs: number
  #measuredAt: number
  #cut: Buffer = Buffer.alloc(0)

  constructor({ port, localAddress, deviceId, secret, payload, firstAt, stepMs }: LoadDevice) {
    this.#measuredAt = firstAt
    this.#stepMs = stepMs
    const sample = payload.replace('{measuredAt}', '0'.repeat(TIME_DIGITS))
    this.#template = mqttPacket.generate({
      cmd: 'publish',
      topic: telemetryTopic(deviceId),
      payload: sample,
      qos: 1,
      messageId: 1,
      dup: false,
      retain: false,
    })
    const payloadAt = this.#template.length - Buffer.byteLength(sample)
    this.#idAt = payloadAt - 2
    this.#timeAt = payloadAt + payload.indexOf('{measuredAt}')
    const from = localAddress === undefined ? {} : { localAddress }
    this.#socket = createConnection({ host: '127.0.0.1', port, noDelay: true, ...from })
    this.ready = this.#connected(deviceId)
    this.#socket.on('close', () => this.onClose())
    this.#socket.write(
      mqttPacket.generate({
        cmd: 'connect',
        clientId: deviceId,
        clean: true,
        keepalive: 3_600,
        username: deviceId,
        password: Buffer.from(secret),
      }),
    )
  }

  /** One message for each packet id, in one write. */
  send(ids: readonly number[]): void {
    const size = this.#template.length
    const packets = Buffer.allocUnsafe(size * ids.length)
    for (const [index, id] of ids.entries()) {
      const start = index * size
      packets.set(this.#template, start)
      packets.writeUInt16BE(id, start + this.#idAt)
      this.#patchTime(packets, start + this.#timeAt)
    }
    this.#socket.write(packets)
  }

  end(): void {
    this.#socket.destroy()
  }

  #connected(deviceId: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.once('error', reject)
      this.#socket.once('data', (chunk) => {
        if (chunk[0] !== CONNACK || chunk[3] !== 0) {
          reject(new Error(`${deviceId} was refused with ${chunk.toString('hex')}`))
          return
        }
        this.#socket.on('data', (more) => this.#onData(more))
        resolve()
      })
    })
  }

  #onData(chunk: Buffer): void {
    const bytes = this.#cut.length > 0 ? Buffer.concat([this.#cut, chunk]) : chunk
    const ids: number[] = []
    let at = 0
    for (;;) {
      const isAlive = bytes[at] === PINGRESP
      const end = at + (isAlive ? PINGRESP_BYTES : ANSWER_BYTES)
      if (end > bytes.length) break
      if (bytes[at] === PUBACK) ids.push(bytes.readUInt16BE(at + 2))
      else if (!isAlive) throw new Error(`not a PUBACK: ${bytes.toString('hex', at)}`)
      at = end
    }
    this.#cut = bytes.subarray(at)
    if (ids.length > 0) this.onAcks(ids)
  }

  #patchTime(packets: Buffer, at: number): void {
    let rest = this.#measuredAt
    this.#measuredAt += this.#stepMs
    for (let digit = TIME_DIGITS - 1; digit >= 0; digit--) {
      packets[at + digit] = 0x30 + (rest % 10)
      rest = Math.floor(rest / 10)
    }
  }
}
