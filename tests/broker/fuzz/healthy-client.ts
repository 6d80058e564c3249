import { createConnection, type Socket } from 'node:net'
import mqttPacket from 'mqtt-packet'
import { telemetryTopic } from '#model/topic.ts'
import type { FuzzDevice } from './corpus.ts'

const ANSWER_BYTES = 4
const PUBACK = 0x40

export interface Health {
  readonly sent: number
  readonly acknowledged: number
  /** From writing a message to its PUBACK. */
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
}

/**
 * A device that does nothing wrong: one reading after the other, the next a moment after the PUBACK
 * of the last. It notices what is done to the broker by others.
 */
export class HealthyClient {
  readonly #socket: Socket
  readonly #device: FuzzDevice
  readonly #pauseMs: number
  readonly #latencies: number[] = []
  #sent = 0
  #sentAt = 0
  #isOver = false
  #failure: Error | undefined
  #stopped: () => void = () => {}

  private constructor(port: number, device: FuzzDevice, pauseMs: number) {
    this.#device = device
    this.#pauseMs = pauseMs
    this.#socket = createConnection({ host: '127.0.0.1', port, noDelay: true })
  }

  /** Resolves when it is let in. */
  static async start(port: number, device: FuzzDevice, pauseMs = 2): Promise<HealthyClient> {
    const client = new HealthyClient(port, device, pauseMs)
    await client.#enter()
    client.#publish()
    return client
  }

  /** So far; what it measured before is forgotten from now on. */
  look(): Health {
    const sorted = this.#latencies.splice(0).toSorted((a, b) => a - b)
    const at = (share: number): number =>
      Number((sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN).toFixed(2))
    return {
      sent: this.#sent,
      acknowledged: sorted.length,
      p50Ms: at(0.5),
      p99Ms: at(0.99),
      maxMs: at(1),
    }
  }

  /**
   * Ends after the PUBACK that is due.
   *
   * @throws Error when it was cut off, or answered with anything but its PUBACK.
   */
  async stop(): Promise<Health> {
    await new Promise<void>((resolve) => {
      this.#stopped = resolve
      this.#isOver = true
      if (this.#failure) resolve()
    })
    this.#socket.destroy()
    if (this.#failure) throw this.#failure
    return this.look()
  }

  #enter(): Promise<void> {
    const { id, secret } = this.#device
    this.#socket.write(
      mqttPacket.generate({
        cmd: 'connect',
        clientId: id,
        clean: true,
        keepalive: 600,
        username: id,
        password: Buffer.from(secret),
      }),
    )
    return new Promise((resolve, reject) => {
      this.#socket.once('error', reject)
      this.#socket.once('data', (connack: Buffer) => {
        if (connack[3] !== 0) {
          reject(new Error(`refused with ${connack.toString('hex')}`))
          return
        }
        this.#socket.on('data', (chunk) => this.#onData(chunk))
        this.#socket.on('error', (error) => this.#fail(error))
        this.#socket.on('close', () => this.#fail(new Error('a healthy client was cut off')))
        resolve()
      })
    })
  }

  #fail(error: Error): void {
    this.#failure ??= error
    this.#stopped()
  }

  #publish(): void {
    this.#sent++
    this.#sentAt = performance.now()
    this.#socket.write(
      mqttPacket.generate({
        cmd: 'publish',
        topic: telemetryTopic(this.#device.id),
        payload: `{"measuredAt":${Date.now()},"seq":${this.#sent},"tilt_deg":1}`,
        qos: 1,
        messageId: 1 + (this.#sent % 65_000),
        dup: false,
        retain: false,
      }),
    )
  }

  #onData(chunk: Buffer): void {
    const expected = 1 + (this.#sent % 65_000)
    const isIts =
      chunk.length === ANSWER_BYTES && chunk[0] === PUBACK && chunk.readUInt16BE(2) === expected
    if (!isIts) return this.#fail(new Error(`not its PUBACK: ${chunk.toString('hex')}`))
    this.#latencies.push(performance.now() - this.#sentAt)
    if (this.#isOver) this.#stopped()
    else setTimeout(() => this.#publish(), this.#pauseMs)
  }
}
