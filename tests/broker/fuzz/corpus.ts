import mqttPacket, { type IConnectPacket } from 'mqtt-packet'
import { commandTopic, replyTopic, reportTopic, telemetryTopic } from '#model/topic.ts'
import { integerBetween, pick, type Random } from '#simulator/random/random.ts'

/** Who a session says it is. */
export interface FuzzDevice {
  readonly id: string
  readonly secret: string
}

/** One packet as a sound client would send it. */
export type ValidPacket = (random: Random, device: FuzzDevice, messageId: number) => Buffer

const connect = (device: FuzzDevice, more: Partial<IConnectPacket>): Buffer =>
  mqttPacket.generate({
    cmd: 'connect',
    clientId: `fuzz of ${device.id}`,
    clean: true,
    keepalive: 60,
    username: device.id,
    password: Buffer.from(device.secret),
    ...more,
  })

const CONNECTS: readonly ValidPacket[] = [
  (_, device) => connect(device, {}),
  (_, device) => connect(device, { clean: false, keepalive: 0 }),
  (_, device) => connect(device, { protocolId: 'MQIsdp', protocolVersion: 3, clientId: 'c' }),
  (_, device) => {
    const payload = Buffer.from('{"tilt_deg":1}')
    const topic = telemetryTopic(device.id)
    return connect(device, { will: { topic, payload, qos: 1, retain: false } })
  },
]

const publish = (topic: string, payload: string | Buffer, qos: 0 | 1 | 2, messageId: number) =>
  mqttPacket.generate({
    cmd: 'publish',
    topic,
    payload,
    qos,
    ...(qos > 0 ? { messageId } : {}),
    dup: false,
    retain: false,
  })

/** Readings as they come: sound, of every shape, and none. */
const PAYLOADS: readonly ((random: Random) => string | Buffer)[] = [
  (random) => `{"measuredAt":${Date.now()},"seq":${integerBetween(random, 0, 1e9)},"tilt_deg":1.5}`,
  (random) => JSON.stringify({ seq: integerBetween(random, 0, 1e9), fw: '城管', battery_pct: 50 }),
  (random) =>
    JSON.stringify(
      Array.from({ length: integerBetween(random, 1, 40) }, (_, n) => ({
        measuredAt: Date.now() - n * 1_000,
        seq: integerBetween(random, 0, 1e9),
        level_mm: n,
      })),
    ),
  () => '{}',
  () => '',
  (random) => Buffer.alloc(integerBetween(random, 1, 20_000), 0x61),
]

const messageOf =
  (topicOf: (id: string) => string, qos: 0 | 1 | 2): ValidPacket =>
  (random, { id }, messageId) =>
    publish(topicOf(id), pick(random, PAYLOADS)(random), qos, messageId)

const PUBLISH_QOS1 = messageOf(telemetryTopic, 1)

const OTHERS: readonly ValidPacket[] = [
  PUBLISH_QOS1,
  PUBLISH_QOS1,
  messageOf(telemetryTopic, 0),
  messageOf(telemetryTopic, 2),
  messageOf(replyTopic, 1),
  messageOf(reportTopic, 1),
  messageOf(() => '城管/井盖', 1),
  (_, __, messageId) => mqttPacket.generate({ cmd: 'pubrel', messageId }),
  (_, __, messageId) => mqttPacket.generate({ cmd: 'puback', messageId }),
  (_, { id }, messageId) =>
    mqttPacket.generate({
      cmd: 'subscribe',
      messageId,
      subscriptions: [commandTopic(id), '#', 'a/+/b'].map((topic) => ({ topic, qos: 1 })),
    }),
  (_, { id }, messageId) =>
    mqttPacket.generate({ cmd: 'unsubscribe', messageId, unsubscriptions: [commandTopic(id)] }),
  () => mqttPacket.generate({ cmd: 'pingreq' }),
]

/** A sound session from CONNECT on, now and then with its DISCONNECT. */
export function validSession(random: Random, device: FuzzDevice): Buffer[] {
  const length = integerBetween(random, 1, 12)
  return [
    pick(random, CONNECTS)(random, device, 0),
    ...Array.from({ length }, (_, n) => pick(random, OTHERS)(random, device, n + 1)),
    ...(integerBetween(random, 0, 3) === 0 ? [mqttPacket.generate({ cmd: 'disconnect' })] : []),
  ]
}

/** A session of nothing but QoS 1 messages, of which every one must be acknowledged. */
export function soundSession(random: Random, device: FuzzDevice): Buffer[] {
  const length = integerBetween(random, 1, 12)
  return [
    connect(device, {}),
    ...Array.from({ length }, (_, n) => PUBLISH_QOS1(random, device, n + 1)),
  ]
}
