/**
 * A load of raw MQTT clients in one process: nothing but sockets, packets encoded beforehand and a
 * message id and a time patched in, so that the generator costs a fraction of what it measures.
 *
 * Use {@link runLoad} in a process of its own ({@link spawnLoad}), or the generator's work is added
 * to that of the event loop it measures.
 */
import { execFile } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { ClosedLoop } from './load/closed-loop.ts'
import { LoadSocket } from './load/load-socket.ts'
import { OpenLoop } from './load/open-loop.ts'
import type { Traffic } from './load/traffic.ts'
import { busyMsOfMachine, cpuMsOf, cpuMsOfTree } from './process-cpu.ts'

export interface LoadOptions {
  readonly port: number
  readonly clients: number
  /** Unacknowledged messages per client, always; or messages a second of all clients together. */
  readonly traffic: { readonly inFlight: number } | { readonly perSecond: number }
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
  /** From the time at which a message was to be sent to its PUBACK. */
  readonly pubackP50Ms: number
  readonly pubackP99Ms: number
  /** How late the generator was with what it was to send at a time; that is in the PUBACK times. */
  readonly lateP50Ms: number
  readonly lateP99Ms: number
  /** Paced messages that were not acknowledged, not even ten seconds afterwards. */
  readonly unanswered: number
  /** Connections the other side ended. Anything but 0 spoils the figures. */
  readonly disconnected: number
  /** How busy the generator was, from 0 to 1: near 1 it is itself the limit. */
  readonly generatorLoad: number
  /** Cores that were busy with something else than generator and watched processes. */
  readonly othersLoad: number
  /** Of each watched process, in the measured time. */
  readonly cpuUsPerMessage: readonly number[]
}

/** A message of 150 bytes as a manhole cover sends it. */
export const COVER_PAYLOAD =
  '{"measuredAt":{measuredAt},"tilt_deg":1.5,"lid_open":false,"level_mm":120,"ch4_pct_lel":0.4,' +
  '"temperature_celsius":12.5,"battery_pct":93,"rssi_dbm":-87}'

const CONNECTING_AT_ONCE = 200

/** Loopback has 28,000 ports for one address of a client, and keeps one that was used for a minute. */
const CLIENTS_PER_ADDRESS = 20_000
/** So many clients come from addresses no run before had. */
const MANY_CLIENTS = 8_000

/** Where a client comes from. */
const addressOf = (client: number, clients: number): string =>
  clients < MANY_CLIENTS
    ? '127.0.0.1'
    : `127.0.${1 + (process.pid % 250)}.${1 + Math.floor(client / CLIENTS_PER_ADDRESS)}`

async function connectAll(options: LoadOptions): Promise<LoadSocket[]> {
  const sockets: LoadSocket[] = []
  while (sockets.length < options.clients) {
    const count = Math.min(CONNECTING_AT_ONCE, options.clients - sockets.length)
    const group = Array.from({ length: count }, (_, index) => {
      const client = sockets.length + index
      const localAddress = addressOf(client, options.clients)
      return new LoadSocket({
        ...options,
        localAddress,
        deviceId: `${options.devicePrefix}${client}`,
      })
    })
    await Promise.all(group.map((socket) => socket.ready))
    sockets.push(...group)
  }
  return sockets
}

const trafficOf = (sockets: readonly LoadSocket[], { traffic }: LoadOptions): Traffic =>
  'inFlight' in traffic
    ? new ClosedLoop(sockets, traffic.inFlight)
    : new OpenLoop(sockets, traffic.perSecond)

interface Work {
  readonly watched: readonly number[]
  readonly own: number
  readonly all: number
}

function workSoFar({ watch = [] }: LoadOptions): Work {
  const { user, system } = process.cpuUsage()
  return {
    watched: watch.map(({ pid, tree }) => (tree ? cpuMsOfTree(pid) : cpuMsOf(pid))),
    own: (user + system) / 1_000,
    all: busyMsOfMachine(),
  }
}

/** Connects the clients, warms up, measures, and ends them. */
export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const sockets = await connectAll(options)
  let disconnected = 0
  for (const socket of sockets) socket.onClose = () => disconnected++
  const traffic = trafficOf(sockets, options)
  traffic.start()
  await sleep(options.warmupSeconds * 1_000)
  traffic.measure()
  const startedAt = performance.now()
  const before = workSoFar(options)
  await sleep(options.seconds * 1_000)
  const { acknowledged } = traffic
  const elapsedMs = performance.now() - startedAt
  const after = workSoFar(options)
  const sent = await traffic.stop()
  const spent = after.watched.map((ms, index) => ms - (before.watched[index] ?? 0))
  const own = after.own - before.own
  const others = after.all - before.all - own - spent.reduce((sum, ms) => sum + ms, 0)
  const result = {
    acknowledged,
    perSecond: Math.round(acknowledged / (elapsedMs / 1_000)),
    pubackP50Ms: sent.pubackMs(0.5),
    pubackP99Ms: sent.pubackMs(0.99),
    lateP50Ms: sent.lateMs(0.5),
    lateP99Ms: sent.lateMs(0.99),
    unanswered: sent.unanswered,
    disconnected,
    generatorLoad: Number((own / elapsedMs).toFixed(2)),
    othersLoad: Number((others / elapsedMs).toFixed(2)),
    cpuUsPerMessage: spent.map((ms) => Number(((ms * 1_000) / acknowledged).toFixed(2))),
  }
  for (const socket of sockets) {
    socket.onClose = () => undefined
    socket.end()
  }
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
