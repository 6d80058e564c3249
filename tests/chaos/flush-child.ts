/**
 * Devices that were out of coverage for a day and come back together, in a process of their own:
 * `node flush-child.ts ORDER`. It says `connected`, waits for a line, flushes, and says what came of
 * it.
 */
import { once } from 'node:events'
import { milliseconds, seconds } from '#model/time.ts'
import { telemetryTopic } from '#model/topic.ts'
import { ConnectGate } from '#simulator/transport/connect-gate.ts'
import { MqttClient } from '#simulator/transport/mqtt-client.ts'
import { secretOf } from './herd.ts'

export interface FlushOrder {
  readonly port: number
  readonly name: string
  readonly devices: number
  /** What each kept, and how many of them go into one message: even devices one, odd ones these. */
  readonly readings: number
  readonly array: number
  readonly from: number
  readonly stepMs: number
}

export interface FlushResult {
  readonly messages: number
  readonly acknowledged: number
  readonly seconds: number
  readonly connectionsLost: number
}

const KNOCKING_AT_ONCE = 48
const PATIENCE_MS = 300_000

async function flush(order: FlushOrder): Promise<FlushResult> {
  let [acknowledged, connectionsLost] = [0, 0]
  const options = {
    endpoint: { host: '127.0.0.1', port: order.port },
    gate: new ConnectGate(KNOCKING_AT_ONCE),
    window: 20,
    clean: true,
    keepalive: seconds(60),
    connectTimeout: seconds(60),
    random: Math.random,
    retry: { first: milliseconds(200), longest: seconds(2) },
  }
  const arrived = Promise.withResolvers<void>()
  let connected = 0
  const events = {
    connected: (): void => {
      if (++connected === order.devices) arrived.resolve()
    },
    acknowledged: (): void => void acknowledged++,
    lost: (): void => void connectionsLost++,
  }
  const clients = Array.from({ length: order.devices }, (_, index) => {
    const id = `${order.name}-${index}`
    return new MqttClient({ id, secret: secretOf(id) }, options, events)
  })
  for (const client of clients) client.connect()
  await arrived.promise
  process.stdout.write('connected\n')
  await once(process.stdin, 'data')
  const begunAt = performance.now()
  let messages = 0
  for (const [index, client] of clients.entries()) {
    const topic = telemetryTopic(client.id)
    for (const payload of payloads(order, index % 2 === 0 ? 1 : order.array)) {
      client.publish({ topic, payload, qos: 1 })
      messages++
    }
  }
  await Promise.all(clients.map((client) => client.end(milliseconds(PATIENCE_MS))))
  const took = (performance.now() - begunAt) / 1_000
  return { messages, acknowledged, seconds: Math.round(took * 10) / 10, connectionsLost }
}

function* payloads({ readings, from, stepMs }: FlushOrder, array: number): Generator<string> {
  for (let first = 0; first < readings; first += array) {
    const length = Math.min(array, readings - first)
    const items = Array.from({ length }, (_, index) => ({
      measuredAt: from + (first + index) * stepMs,
      tilt_deg: 1.5,
      lid_open: false,
      level_mm: 120,
      ch4_pct_lel: 0,
      battery_pct: 93,
    }))
    yield JSON.stringify(array === 1 ? items[0] : items)
  }
}

if (import.meta.main) {
  const result = await flush(JSON.parse(process.argv[2] ?? '{}') as FlushOrder)
  process.stdout.write(`${JSON.stringify(result)}\n`)
  process.exit(0)
}
