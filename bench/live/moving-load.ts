/**
 * Trucks that drive and say where they are, in a process of its own. Asked to `run`, they send so many
 * messages a second in all, or each the next as soon as the last was acknowledged. However often they
 * send, by their own clocks they do so every ten seconds, as trucks do: a window of minutes holds as much
 * as it would in a street. When a message was truly sent is in the count of its bins.
 */
import { once } from 'node:events'
import { createConnection, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import mqttPacket from 'mqtt-packet'
import { CITY } from '#bench/reads/city-fleet.ts'
import { telemetryTopic } from '#model/topic.ts'
import { sentAtNow } from './sent-at.ts'

interface Options {
  readonly port: number
  readonly devices: number
  readonly secret: string
}

export interface LoadRun {
  readonly acknowledged: number
  readonly perSecond: number
  readonly pubackP50_ms: number
  readonly pubackP99_ms: number
  readonly disconnected: number
}

const TICK_MS = 10
const AT_ONCE = 100
/** A truck crosses the city in so long. */
const CROSSING_MS = 1_800_000
const STEP_MS = 10_000
const FIRST_AT = Date.now() - 12 * 3_600_000

const { port, devices, secret } = JSON.parse(process.argv[2] ?? '') as Options

const run = { isOn: false, paced: false, acknowledged: 0, disconnected: 0, waits: [] as number[] }

class Truck {
  readonly #id: string
  readonly #socket: Socket
  readonly #phase: number
  measuredAt = FIRST_AT
  #sentAt = 0
  isWaiting = false

  constructor(n: number, socket: Socket) {
    this.#id = `load-${n}`
    this.#socket = socket
    this.#phase = (n * 0.618_034) % 1
    socket.on('close', () => {
      run.disconnected += 1
    })
    socket.on('data', (bytes: Buffer) => {
      // Four bytes a PUBACK; one at a time is under way.
      if (bytes.length < 4 || !this.isWaiting) return
      this.isWaiting = false
      if (!run.isOn) return
      run.acknowledged += 1
      run.waits.push(performance.now() - this.#sentAt)
      if (!run.paced) this.send()
    })
  }

  send(): void {
    this.measuredAt += STEP_MS
    const along = (this.measuredAt / CROSSING_MS + this.#phase) % 1
    const across = (this.#phase * 97) % 1
    const lon_deg = (CITY.west + along * (CITY.east - CITY.west)).toFixed(6)
    const lat_deg = (CITY.south + across * (CITY.north - CITY.south)).toFixed(6)
    this.isWaiting = true
    this.#sentAt = performance.now()
    this.#socket.write(
      mqttPacket.generate({
        cmd: 'publish',
        topic: telemetryTopic(this.#id),
        payload: `{"measuredAt":${this.measuredAt},"lon_deg":${lon_deg},"lat_deg":${lat_deg},"speed_kmh":31.5,"heading_deg":90,"ignition":true,"load_kg":2150,"lift_count":${sentAtNow()}}`,
        qos: 1,
        messageId: 1,
        dup: false,
        retain: false,
      }),
    )
  }
}

async function connected(n: number): Promise<Truck> {
  const socket = createConnection({ host: '127.0.0.1', port, noDelay: true })
  const clientId = `load-${n}`
  socket.write(
    mqttPacket.generate({
      cmd: 'connect',
      clientId,
      clean: true,
      keepalive: 3_600,
      username: clientId,
      password: Buffer.from(secret),
    }),
  )
  const [connack] = (await once(socket, 'data')) as [Buffer]
  if (connack[3] !== 0) throw new Error(`${clientId} was refused with code ${connack[3]}`)
  return new Truck(n, socket)
}

const trucks: Truck[] = []

async function connectAll(): Promise<object> {
  while (trucks.length < devices) {
    const count = Math.min(AT_ONCE, devices - trucks.length)
    const first = trucks.length
    trucks.push(
      ...(await Promise.all(Array.from({ length: count }, (_, index) => connected(first + index)))),
    )
  }
  return { connected: trucks.length }
}

async function drive(seconds: number, perSecond: number | null): Promise<LoadRun> {
  Object.assign(run, { isOn: true, paced: perSecond !== null, acknowledged: 0, waits: [] })
  const begun = performance.now()
  if (perSecond === null) for (const truck of trucks) truck.send()
  let [next, sent] = [0, 0]
  for (;;) {
    await sleep(TICK_MS)
    const elapsed = performance.now() - begun
    if (elapsed >= seconds * 1_000) break
    const due = perSecond === null ? 0 : Math.floor((elapsed / 1_000) * perSecond)
    for (let tries = 0; sent < due && tries < trucks.length; tries += 1) {
      const truck = trucks[next] as Truck
      next = (next + 1) % trucks.length
      if (truck.isWaiting) continue
      truck.send()
      sent += 1
    }
  }
  run.isOn = false
  const took = (performance.now() - begun) / 1_000
  const { acknowledged, disconnected } = run
  const waits = Float64Array.from(run.waits).sort()
  while (trucks.some(({ isWaiting }) => isWaiting)) await sleep(TICK_MS)
  const at = (part: number): number =>
    Number((waits[Math.max(0, Math.ceil(waits.length * part) - 1)] ?? Number.NaN).toFixed(1))
  return {
    acknowledged,
    perSecond: Math.round(acknowledged / took),
    pubackP50_ms: at(0.5),
    pubackP99_ms: at(0.99),
    disconnected,
  }
}

type Question =
  | { readonly connect: true }
  | { readonly run: { readonly seconds: number; readonly perSecond: number | null } }
  | { readonly last: true }

process.on('message', (question: Question) => {
  const answer = async (): Promise<object> => {
    if ('connect' in question) return await connectAll()
    if ('run' in question) return await drive(question.run.seconds, question.run.perSecond)
    return trucks.map(({ measuredAt }) => measuredAt)
  }
  answer().then(
    (told) => process.send?.(told),
    (error: unknown) => {
      console.error(error)
      process.exit(1)
    },
  )
})
