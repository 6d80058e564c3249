import type { Duplex } from 'node:stream'
import type { IConnackPacket, IPubackPacket, IPublishPacket, Packet } from 'mqtt-packet'
import { isWanmiError, messageOf, Rejected, Unavailable, type WanmiError } from '#model/error.ts'
import type { DurationMs } from '#model/time.ts'
import { type Endpoint, formatEndpoint } from './endpoint.ts'
import { openStream } from './open-stream.ts'
import { cutPackets, encode } from './packets.ts'

export interface ConnectionOptions {
  readonly endpoint: Endpoint
  /** Whether the broker keeps nothing of the client while it is away. */
  readonly clean: boolean
  readonly keepalive: DurationMs
  readonly connectTimeout: DurationMs
}

export interface Credentials {
  /** Client id and user name. */
  readonly id: string
  readonly secret: string
  /** Where it connects from; the system decides when absent. */
  readonly localAddress?: string | undefined
}

/** Who is told. After `failed`, or a call of `close`, `abort` or `freeze`, nothing more is. */
export interface ConnectionOwner {
  readonly opened: () => void
  readonly packet: (packet: IPubackPacket | IPublishPacket) => void
  /** The socket takes bytes again. */
  readonly drained: () => void
  /** Rejected when the broker will never let this client in, Unavailable otherwise. */
  readonly failed: (reason: WanmiError) => void
}

const REFUSALS: Readonly<Record<number, string>> = {
  1: 'it does not speak MQTT 3.1.1',
  2: 'it does not take the client id',
  3: 'it is not available for now',
  4: 'it does not take the secret',
  5: 'it does not know the device, or the device is disabled',
}
const TEMPORARY_REFUSAL = 3
const LEAVE_TIMEOUT_MS = 1_000

/** One MQTT 3.1.1 connection from the first byte to the last: handshake, framing, keepalive. */
export class Connection {
  readonly #options: ConnectionOptions
  readonly #owner: ConnectionOwner
  readonly #socket: Duplex
  #state: 'opening' | 'open' | 'over' = 'opening'
  #rest: Buffer | undefined
  #timer: NodeJS.Timeout
  #sentAt = 0
  #receivedAt = 0

  constructor(credentials: Credentials, options: ConnectionOptions, owner: ConnectionOwner) {
    this.#options = options
    this.#owner = owner
    const { endpoint, connectTimeout } = options
    const socket = openStream(endpoint, credentials.localAddress, () => {
      socket.write(hello(credentials, options))
    })
    socket.on('data', (chunk: Buffer) => this.#read(chunk))
    socket.on('drain', () => {
      if (this.#state === 'open') owner.drained()
    })
    socket.on('error', (error) => this.#fail(unreachable(endpoint, error)))
    socket.on('close', () => this.#fail(silent('the broker hung up')))
    this.#socket = socket
    this.#timer = setTimeout(
      () => this.#fail(silent('the broker did not answer in time')),
      connectTimeout,
    )
  }

  /** Whether more bytes would only pile up in memory. */
  get full(): boolean {
    return this.#socket.writableNeedDrain
  }

  send(packet: Packet): void {
    this.#sentAt = performance.now()
    this.#socket.write(encode(packet))
  }

  /** Sends what `write` sends in as few segments as it fits. */
  together(write: () => void): void {
    this.#socket.cork()
    write()
    this.#socket.uncork()
  }

  /** Breaks off without a word. */
  abort(): void {
    this.#state = 'over'
    clearTimeout(this.#timer)
    this.#socket.destroy()
  }

  /**
   * Forgets the connection and leaves it open: nothing is sent, nothing that comes is read. To be
   * closed some time; calls back when the broker has done so before.
   */
  freeze(onClosed: () => void): void {
    this.#state = 'over'
    this.#rest = undefined
    clearTimeout(this.#timer)
    this.#socket.once('close', onClosed)
  }

  /** Takes leave of the broker where there is one; resolves when the socket is closed. */
  async close(): Promise<void> {
    const socket = this.#socket
    const polite = this.#state === 'open'
    this.#state = 'over'
    clearTimeout(this.#timer)
    if (socket.closed) return
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
    // The broker hangs up. Doing so ourselves could take back what it has not read yet.
    const patience = setTimeout(() => socket.destroy(), polite ? LEAVE_TIMEOUT_MS : 0)
    if (polite) socket.end(encode({ cmd: 'disconnect' }))
    else socket.destroy()
    await closed
    clearTimeout(patience)
  }

  #read(chunk: Buffer): void {
    if (this.#state === 'over') return
    this.#receivedAt = performance.now()
    const data = this.#rest ? Buffer.concat([this.#rest, chunk]) : chunk
    try {
      this.#rest = cutPackets(data, (packet) => this.#handle(packet))
    } catch (error) {
      if (!isWanmiError(error)) throw error
      this.#fail(error)
    }
  }

  #handle(packet: Packet): void {
    if (this.#state === 'opening' && packet.cmd === 'connack') this.#welcome(packet)
    if (this.#state !== 'open') return
    if (packet.cmd === 'puback' || packet.cmd === 'publish') this.#owner.packet(packet)
  }

  #welcome({ returnCode = 0 }: IConnackPacket): void {
    if (returnCode === 0) {
      this.#state = 'open'
      clearTimeout(this.#timer)
      this.#timer = setInterval(() => this.#beat(), this.#options.keepalive / 2)
      this.#owner.opened()
      return
    }
    const why = `the broker refuses the device: ${REFUSALS[returnCode] ?? 'no reason known'}`
    const options = { detail: { returnCode } }
    this.#fail(
      returnCode === TEMPORARY_REFUSAL
        ? new Unavailable('broker-refused', why, options)
        : new Rejected('broker-refused', why, options),
    )
  }

  #beat(): void {
    const { keepalive } = this.#options
    const now = performance.now()
    if (now - this.#receivedAt > 1.5 * keepalive) this.#fail(silent('the broker stopped answering'))
    else if (now - Math.min(this.#sentAt, this.#receivedAt) >= keepalive / 2) {
      this.send({ cmd: 'pingreq' })
    }
  }

  #fail(reason: WanmiError): void {
    if (this.#state === 'over') return
    this.#state = 'over'
    clearTimeout(this.#timer)
    this.#socket.destroy()
    this.#owner.failed(reason)
  }
}

const hello = ({ id, secret }: Credentials, { clean, keepalive }: ConnectionOptions): Buffer =>
  encode({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clean,
    clientId: id,
    keepalive: Math.round(keepalive / 1_000),
    username: id,
    password: Buffer.from(secret),
  })

const silent = (message: string): Unavailable => new Unavailable('service-unreachable', message)

const unreachable = (endpoint: Endpoint, cause: Error): Unavailable =>
  new Unavailable(
    'service-unreachable',
    `no broker at ${formatEndpoint(endpoint)}: ${messageOf(cause)}`,
    { cause },
  )
