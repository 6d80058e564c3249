import mqttPacket, { type IConnectPacket, type IPublishPacket, type Packet } from 'mqtt-packet'
import type { Program } from '#broker/ports.ts'
import { type Config, readConfig } from '#runtime/config.ts'
import { type House, type HouseOptions, openHouse, RawClient } from './harness.ts'

export interface OpenHouseOptions extends HouseOptions {
  readonly open?: Partial<Config['openMqtt']>
  /** By login and token. */
  readonly programs?: ReadonlyMap<string, Program>
}

export const keyOf = (login: string, token: string): string => `${login} ${token}`

/** A house whose topics are all open, to anybody unless it says otherwise. */
export function openOpenHouse(options: OpenHouseOptions = {}): Promise<House> {
  const { programs = new Map<string, Program>(), open, ...rest } = options
  const { openMqtt } = readConfig({ MQTT_OPEN_TOPICS: '#', MQTT_OPEN_ANONYMOUS: 'true' })
  return openHouse({
    ...rest,
    broker: {
      ...rest.broker,
      open: {
        config: { ...openMqtt, ...open },
        programs: {
          has: (login) => [...programs.keys()].some((key) => key.startsWith(`${login} `)),
          find: (login, token) => programs.get(keyOf(login, token)),
        },
      },
    },
  })
}

export const openConnect = (clientId: string, more: Partial<IConnectPacket> = {}): Buffer =>
  mqttPacket.generate({ cmd: 'connect', clientId, clean: true, keepalive: 60, ...more })

/** A client that says what it wants and has what comes. */
export class OpenPeer extends RawClient {
  get published(): readonly IPublishPacket[] {
    return this.packets.filter((packet) => packet.cmd === 'publish')
  }

  get texts(): readonly string[] {
    return this.published.map(({ payload }) => payload.toString())
  }

  publishOf(text: string): Promise<IPublishPacket> {
    return this.packet(
      (packet: Packet): packet is IPublishPacket =>
        packet.cmd === 'publish' && packet.payload.toString() === text,
    )
  }

  /** What it was granted: a QoS or 128 for each filter. */
  async subscribe(
    filters: Readonly<Record<string, 0 | 1 | 2>>,
    messageId = 1,
  ): Promise<readonly unknown[]> {
    const subscriptions = Object.entries(filters).map(([topic, qos]) => ({ topic, qos }))
    this.send(mqttPacket.generate({ cmd: 'subscribe', messageId, subscriptions }))
    const suback = await this.packet(
      (packet) => packet.cmd === 'suback' && packet.messageId === messageId,
    )
    return suback.cmd === 'suback' ? suback.granted : []
  }

  /** Resolves when all it sent so far was taken. */
  async ping(): Promise<void> {
    const before = this.packets.filter(({ cmd }) => cmd === 'pingresp').length
    this.send(Buffer.from([0xc0, 0]))
    await this.packet(() => this.packets.filter(({ cmd }) => cmd === 'pingresp').length > before)
  }
}

export async function enterOpen(
  { broker }: House,
  clientId: string,
  more: Partial<IConnectPacket> = {},
): Promise<OpenPeer & { readonly isPresent: boolean }> {
  const peer = new OpenPeer(broker.ports.tcp)
  peer.send(openConnect(clientId, more))
  const connack = await peer.answer('connack')
  if (connack.cmd !== 'connack' || connack.returnCode !== 0) throw new Error('refused')
  return Object.assign(peer, { isPresent: connack.sessionPresent })
}

/** What it was answered, and then it was cut off; undefined when that was without a word. */
export async function refusalOf({ broker }: House, connect: Buffer): Promise<number | undefined> {
  const peer = new OpenPeer(broker.ports.tcp).send(connect)
  await peer.closed
  const [connack] = peer.packets
  return connack?.cmd === 'connack' ? connack.returnCode : undefined
}

export const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')

export const acknowledgement = (
  cmd: 'puback' | 'pubrec' | 'pubrel' | 'pubcomp',
  messageId: number,
): Buffer => mqttPacket.generate({ cmd, messageId })

export const willOn = (topic: string, retain = false) => ({
  will: { topic, payload: Buffer.from('gone'), qos: 1 as const, retain },
})
