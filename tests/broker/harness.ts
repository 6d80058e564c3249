import { createConnection, type Socket } from 'node:net'
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt'
import mqttPacket, { type IConnectPacket, type Packet } from 'mqtt-packet'
import { pino } from 'pino'
import { onTestFinished } from 'vitest'
import { type Broker, type BrokerOptions, openBroker } from '#broker/broker.ts'
import type { Credential } from '#broker/ports.ts'
import { Ingest } from '#ingest/ingest.ts'
import type { Device } from '#model/device.ts'
import { days, minutes } from '#model/time.ts'
import { telemetryTopic } from '#model/topic.ts'
import { type Config, readConfig } from '#runtime/config.ts'
import { createMetrics, type Metrics } from '#runtime/metrics.ts'
import { DEVICES, MemorySink } from '#tests/ingest/fixtures.ts'
import { MemoryDesk, MemoryReports } from './memory-desks.ts'

export const secretOf = (deviceId: string): string => `secret of ${deviceId}`

export interface House {
  readonly broker: Broker
  readonly ingest: Ingest
  readonly sink: MemorySink
  readonly desk: MemoryDesk
  readonly reports: MemoryReports
  readonly metrics: Metrics
  /** Secrets by device; what is not in it is not registered. */
  readonly credentials: Map<string, Credential>
  readonly verified: string[]
  readonly fatal: unknown[]
  /** What the broker wrote into its log, warnings and worse. */
  readonly logged: Record<string, unknown>[]
}

export interface HouseOptions {
  /** Beside those of the fixtures. */
  readonly devices?: readonly Device[]
  readonly mqtt?: Partial<Config['mqtt']>
  readonly ingest?: Partial<Config['ingest']>
  readonly broker?: Partial<BrokerOptions>
}

/** Broker and ingest with everything else in memory; closed when the test ends. */
export async function openHouse(options: HouseOptions = {}): Promise<House> {
  const config = readConfig({ MQTT_PORT: '0', MQTT_HOST: '127.0.0.1' })
  const ingestConfig = { ...config.ingest, ...options.ingest }
  const sink = new MemorySink()
  const desk = new MemoryDesk()
  const reports = new MemoryReports()
  const metrics = createMetrics()
  const fatal: unknown[] = []
  const verified: string[] = []
  const logged: Record<string, unknown>[] = []
  const devices = new Map([...DEVICES, ...(options.devices ?? [])].map((each) => [each.id, each]))
  const registry = { find: (id: string) => devices.get(id) }
  const credentials = new Map<string, Credential>(
    [...devices.values()].map(({ id, enabled }) => [
      id,
      { hash: `hash of ${secretOf(id)}`, enabled },
    ]),
  )
  const ingest = new Ingest({
    config: ingestConfig,
    registry,
    sink,
    metrics,
    onFatal: (error) => fatal.push(error),
  })
  const broker = await openBroker({
    config: { ...config.mqtt, ...options.mqtt },
    clientWindowMessages: ingestConfig.clientWindowMessages,
    intake: ingest,
    directory: { credential: (id) => credentials.get(id), find: registry.find },
    desk,
    reports: { desk: reports, limits: { maxAge: days(30), maxAhead: minutes(5) } },
    metrics,
    log: pino({ level: 'warn' }, { write: (line: string) => logged.push(JSON.parse(line)) }),
    verify: async (secret, hash) => {
      verified.push(secret)
      return hash === `hash of ${secret}`
    },
    ...options.broker,
  })
  onTestFinished(async () => {
    sink.letGo()
    await broker.close()
  })
  return { broker, ingest, sink, desk, reports, metrics, credentials, verified, fatal, logged }
}

export async function metric(
  { metrics }: House,
  name: string,
  labels: Readonly<Record<string, string | number>> = {},
): Promise<number> {
  const { values = [] } = (await metrics.registry.getSingleMetric(name)?.get()) ?? {}
  return values
    .filter((value) => Object.entries(labels).every(([key, label]) => value.labels[key] === label))
    .reduce((sum, { value }) => sum + value, 0)
}

export const connectPacket = (deviceId: string, more: Partial<IConnectPacket> = {}): Buffer =>
  mqttPacket.generate({
    cmd: 'connect',
    clientId: `client of ${deviceId}`,
    clean: true,
    keepalive: 60,
    username: deviceId,
    password: Buffer.from(secretOf(deviceId)),
    ...more,
  })

export const publishPacket = (
  topic: string,
  payload: string | Buffer,
  qos: 0 | 1 | 2 = 1,
  messageId = 1,
  more: { readonly dup?: boolean; readonly retain?: boolean } = {},
): Buffer =>
  mqttPacket.generate({
    cmd: 'publish',
    topic,
    payload,
    qos,
    ...(qos > 0 ? { messageId } : {}),
    dup: false,
    retain: false,
    ...more,
  })

export const telemetryPacket = (
  deviceId: string,
  payload: string | Buffer,
  messageId = 1,
  qos: 0 | 1 | 2 = 1,
): Buffer => publishPacket(telemetryTopic(deviceId), payload, qos, messageId)

/** A socket that says what it is told to, and keeps the packets that come back. */
export class RawClient {
  readonly socket: Socket
  readonly packets: Packet[] = []
  isClosed = false
  readonly closed: Promise<void>
  #wake: (() => void)[] = []

  constructor(port: number) {
    this.socket = createConnection({ host: '127.0.0.1', port, noDelay: true })
    const parser = mqttPacket.parser()
    parser.on('packet', (packet) => {
      this.packets.push(packet)
      this.#wakeAll()
    })
    this.socket.on('data', (chunk) => parser.parse(chunk))
    this.socket.on('error', () => this.socket.destroy())
    this.closed = new Promise((resolve) => {
      this.socket.once('close', () => {
        this.isClosed = true
        this.#wakeAll()
        resolve()
      })
    })
    onTestFinished(() => {
      this.socket.destroy()
    })
  }

  send(...bytes: readonly Buffer[]): this {
    this.socket.write(Buffer.concat(bytes))
    return this
  }

  /** Resolves with the first packet from that place on for which it is true. */
  async packet<Found extends Packet>(isWanted: (packet: Packet) => packet is Found): Promise<Found>
  async packet(isWanted: (packet: Packet) => boolean): Promise<Packet>
  async packet(isWanted: (packet: Packet) => boolean): Promise<Packet> {
    for (;;) {
      const found = this.packets.find(isWanted)
      if (found) return found
      if (this.isClosed) throw new Error('the connection was closed')
      await new Promise<void>((resolve) => this.#wake.push(resolve))
    }
  }

  /** Packet ids acknowledged so far, in order. */
  get acknowledged(): readonly number[] {
    return this.packets.flatMap((packet) =>
      packet.cmd === 'puback' && packet.messageId !== undefined ? [packet.messageId] : [],
    )
  }

  acknowledgement(messageId: number): Promise<Packet> {
    return this.packet((packet) => packet.cmd === 'puback' && packet.messageId === messageId)
  }

  answer(cmd: Packet['cmd']): Promise<Packet> {
    return this.packet((packet) => packet.cmd === cmd)
  }

  #wakeAll(): void {
    for (const wake of this.#wake.splice(0)) wake()
  }
}

/** A raw client that was let in. */
export async function enter(
  { broker }: House,
  deviceId: string,
  more: Partial<IConnectPacket> = {},
): Promise<RawClient> {
  const client = new RawClient(broker.ports.tcp).send(connectPacket(deviceId, more))
  const connack = await client.answer('connack')
  if (connack.cmd !== 'connack' || connack.returnCode !== 0) throw new Error('refused')
  return client
}

/** mqtt.js as a device would use it. */
export function connectMqtt(
  url: string,
  deviceId: string,
  more: IClientOptions = {},
): Promise<MqttClient> {
  const client = mqtt.connect(url, {
    username: deviceId,
    password: secretOf(deviceId),
    reconnectPeriod: 0,
    ...more,
  })
  onTestFinished(() => {
    client.end(true)
  })
  return new Promise((resolve, reject) => {
    client.once('connect', () => resolve(client))
    client.once('error', reject)
  })
}

/** A lasting reading: `seq` tells it apart. */
export const reading = (seq: number): string =>
  `{"measuredAt":${Date.now()},"seq":${seq},"tilt_deg":1}`

export const seqsOf = (sink: MemorySink): number[] => sink.readings.map(({ seq }) => seq)
