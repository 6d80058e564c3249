/**
 * A load of raw MQTT clients in one process: nothing but sockets, packets encoded beforehand and a
 * message id and a time patched in, so that the generator costs a fraction of what it measures.
 *
 * Each client keeps `inFlight` QoS 1 messages unacknowledged: every PUBACK is answered with the next
 * message. Readings of a client ascend in `measuredAt`, so that each is a new one.
 *
 * Use {@link runLoad} in a process of its own ({@link spawnLoad}), or the generator's work is added
 * to that of the event loop it measures.
 */
import { execFile } from 'node:child_process'
import { createConnection, type Socket } from 'node:net'
import { promisify } from 'node:util'
import mqttPacket from 'mqtt-packet'
import { telemetryTopic } from '#model/topic.ts'
import { cpuMsOf, cpuMsOfTree } from './process-cpu.ts'

export interface LoadOptions {
  readonly port: number
  readonly clients: number
  /** Unacknowledged messages per client. */
  readonly inFlight: number
  /** How long is measured, after a warm-up that is not. */
  readonly seconds: number
  readonly warmupSeconds: number
  /** Client `n` is device `${devicePrefix}${n}`. */
  readonly devicePrefix: string
  readonly secret: string
  /** Epoch milliseconds of a client's first reading, and from one of its readings to the next. */
  readonly firstAt: number
  readonly stepMs: number
  /** JSON text of one message; `{measuredAt}` stands for epoch milliseconds of 13 digits. */
  readonly payload: string
  /** Processes whose work is measured along; `tree`: with all they started. */
  readonly watch?: readonly { readonly pid: number; readonly tree: boolean }[]
}

export interface LoadResult {
  /** Messages acknowledged in the measured time. */
  readonly acknowledged: number
  readonly perSecond: number
  /** From the write of a message to its PUBACK. */
  readonly pubackP50Ms: number
  readonly pubackP99Ms: number
  /** Connections the other side ended. Anything but 0 spoils the figures. */
  readonly disconnected: number
  /** How busy the generator was, from 0 to 1: near 1 it is itself the limit. */
  readonly generatorLoad: number
  /** Of each watched process, in the measured time. */
  readonly cpuUsPerMessage: readonly number[]
}

/** A message of 150 bytes as a manhole cover sends it. */
export const COVER_PAYLOAD =
  '{"measuredAt":{measuredAt},"tilt_deg":1.5,"lid_open":false,"level_mm":120,"ch4_pct_lel":0.4,' +
  '"temperature_celsius":12.5,"battery_pct":93,"rssi_dbm":-87}'

const TIME_DIGITS = 13
const PUBACK = 0x40
const CONNACK = 0x20
/** PUBACK and CONNACK have four bytes each; nothing else comes unasked. */
const ANSWER_BYTES = 4
const BUCKET_MS = 0.05
const BUCKETS = 400_000
const CONNECTING_AT_ONCE = 200

/** Durations by 50 µs, up to 20 s. */
class Histogram {
  readonly #buckets = new Uint32Array(BUCKETS)
  #count = 0

  add(durationMs: number): void {
    const bucket = Math.min(BUCKETS - 1, Math.floor(durationMs / BUCKET_MS))
    this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + 1
    this.#count++
  }

  get count(): number {
    return this.#count
  }

  quantile(share: number): number {
    let left = this.#count * share
    const bucket = this.#buckets.findIndex((count) => {
      left -= count
      return left <= 0
    })
    return Number(((bucket + 1) * BUCKET_MS).toFixed(2))
  }

  reset(): void {
    this.#buckets.fill(0)
    this.#count = 0
  }
}

/** What all clients of a run share. */
interface Run {
  readonly histogram: Histogram
  isOver: boolean
  disconnected: number
}

class LoadClient {
  /** When the CONNACK came; rejects when it is a refusal. */
  readonly ready: Promise<void>
  readonly #run: Run
  readonly #socket: Socket
  readonly #template: Buffer
  readonly #idAt: number
  readonly #timeAt: number
  /** When the message in each slot was written; its packet id is the slot + 1. */
  readonly #writtenAt: Float64Array
  readonly #stepMs: number
  #measuredAt: number
  #cut: Buffer = Buffer.alloc(0)

  constructor(options: LoadOptions, index: number, run: Run) {
    const deviceId = `${options.devicePrefix}${index}`
    this.#measuredAt = options.firstAt
    this.#stepMs = options.stepMs
    const payload = options.payload.replace('{measuredAt}', '0'.repeat(TIME_DIGITS))
    this.#run = run
    this.#writtenAt = new Float64Array(options.inFlight)
    this.#template = mqttPacket.generate({
      cmd: 'publish',
      topic: telemetryTopic(deviceId),
      payload,
      qos: 1,
      messageId: 1,
      dup: false,
      retain: false,
    })
    const payloadAt = this.#template.length - Buffer.byteLength(payload)
    this.#idAt = payloadAt - 2
    this.#timeAt = payloadAt + options.payload.indexOf('{measuredAt}')
    this.#socket = createConnection({ host: '127.0.0.1', port: options.port, noDelay: true })
    this.ready = this.#connected(deviceId)
    this.#socket.on('close', () => {
      if (!run.isOver) run.disconnected++
    })
    this.#socket.write(
      mqttPacket.generate({
        cmd: 'connect',
        clientId: deviceId,
        clean: true,
        keepalive: 3_600,
        username: deviceId,
        password: Buffer.from(options.secret),
      }),
    )
  }

  start(): void {
    this.#send([...this.#writtenAt.keys()])
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
    const whole = bytes.length - (bytes.length % ANSWER_BYTES)
    this.#cut = bytes.subarray(whole)
    const now = performance.now()
    const freed: number[] = []
    for (let at = 0; at < whole; at += ANSWER_BYTES) {
      if (bytes[at] !== PUBACK) throw new Error(`not a PUBACK: ${bytes.toString('hex', at)}`)
      const slot = bytes.readUInt16BE(at + 2) - 1
      this.#run.histogram.add(now - (this.#writtenAt[slot] ?? 0))
      freed.push(slot)
    }
    if (!this.#run.isOver && freed.length > 0) this.#send(freed)
  }

  /** One message for each free slot, in one write. */
  #send(slots: readonly number[]): void {
    const size = this.#template.length
    const packets = Buffer.allocUnsafe(size * slots.length)
    const now = performance.now()
    for (const [index, slot] of slots.entries()) {
      const start = index * size
      packets.set(this.#template, start)
      packets.writeUInt16BE(slot + 1, start + this.#idAt)
      this.#patchTime(packets, start + this.#timeAt)
      this.#writtenAt[slot] = now
    }
    this.#socket.write(packets)
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

const sleep = (seconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, seconds * 1_000)
  })

const cpuMsOfAll = ({ watch = [] }: LoadOptions): number[] =>
  watch.map(({ pid, tree }) => (tree ? cpuMsOfTree(pid) : cpuMsOf(pid)))

/** Connects the clients, warms up, measures, and ends them. */
export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const run: Run = { histogram: new Histogram(), isOver: false, disconnected: 0 }
  const clients: LoadClient[] = []
  while (clients.length < options.clients) {
    const count = Math.min(CONNECTING_AT_ONCE, options.clients - clients.length)
    const first = clients.length
    const group = Array.from({ length: count }, (_, n) => new LoadClient(options, first + n, run))
    await Promise.all(group.map((client) => client.ready))
    clients.push(...group)
  }
  for (const client of clients) client.start()
  await sleep(options.warmupSeconds)
  run.histogram.reset()
  const startedAt = performance.now()
  const cpu = process.cpuUsage()
  const watched = cpuMsOfAll(options)
  await sleep(options.seconds)
  const elapsed = (performance.now() - startedAt) / 1_000
  const { user, system } = process.cpuUsage(cpu)
  const { histogram, disconnected } = run
  const spent = cpuMsOfAll(options).map((ms, index) => ms - (watched[index] ?? 0))
  const result = {
    acknowledged: histogram.count,
    perSecond: Math.round(histogram.count / elapsed),
    pubackP50Ms: histogram.quantile(0.5),
    pubackP99Ms: histogram.quantile(0.99),
    disconnected,
    generatorLoad: Number(((user + system) / 1_000_000 / elapsed).toFixed(2)),
    cpuUsPerMessage: spent.map((ms) => Number(((ms * 1_000) / histogram.count).toFixed(2))),
  }
  run.isOver = true
  for (const client of clients) client.end()
  return result
}

/** {@link runLoad} in a process of its own. */
export async function spawnLoad(options: LoadOptions): Promise<LoadResult> {
  const args = [import.meta.filename, JSON.stringify(options)]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  return JSON.parse(stdout) as LoadResult
}

if (import.meta.main) {
  const result = await runLoad(JSON.parse(process.argv[2] ?? '{}') as LoadOptions)
  console.log(JSON.stringify(result))
}
