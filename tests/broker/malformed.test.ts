import { describe, expect, test, vi } from 'vitest'
import { epochMs, formatInstant } from '#model/time.ts'
import { commandTopic, replyTopic, telemetryTopic } from '#model/topic.ts'
import {
  connectPacket,
  enter,
  openHouse,
  publishPacket,
  RawClient,
  reading,
  seqsOf,
  telemetryPacket,
} from './harness.ts'

const PINGREQ = Buffer.from([0xc0, 0])
const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')
const at = (offsetMs: number): string => formatInstant(epochMs(Date.now() + offsetMs))
const DAY = 86_400_000

/** [what, device, payload, the reasons it is kept with] */
const PAYLOADS: readonly (readonly [string, string, string | Buffer, readonly string[]])[] = [
  ['an empty payload', 'cover-1', '', ['not-json']],
  ['a NUL byte', 'cover-1', Buffer.from([0]), ['not-json']],
  ['half a character', 'cover-1', hex('7b c3 28 7d'), ['not-utf8']],
  ['an overlong slash', 'cover-1', hex('22 c0 af 22'), ['not-utf8']],
  ['a surrogate in UTF-8', 'cover-1', hex('22 ed a0 80 22'), ['not-utf8']],
  ['GBK', 'cover-1', hex('7b 22 6e 22 3a 22 be ae 22 7d'), ['not-utf8']],
  ['random bytes', 'cover-1', hex('ff fe 00 01 80 81'), ['not-utf8']],
  ['UTF-16', 'cover-1', Buffer.from('{"tilt_deg":1}', 'utf16le'), ['not-json']],
  ['a cut object', 'cover-1', '{"tilt_deg":1', ['not-json']],
  ['XML', 'cover-1', '<tilt>1</tilt>', ['not-json']],
  ['CSV', 'cover-1', '1.5,0,120', ['not-json']],
  ['NaN', 'cover-1', '{"tilt_deg":NaN}', ['not-json']],
  ['Infinity', 'cover-1', '{"tilt_deg":Infinity}', ['not-json']],
  ['single quotes', 'cover-1', "{'tilt_deg':1}", ['not-json']],
  ['a raw line break in a text', 'cover-1', '{"fw":"a\nb"}', ['not-json']],
  ['a trailing comma', 'cover-1', '{"tilt_deg":1,}', ['not-json']],
  ['a comment', 'cover-1', '{"tilt_deg":1/*x*/}', ['not-json']],
  ['hexadecimal', 'cover-1', '{"tilt_deg":0x1}', ['not-json']],
  ['two objects', 'cover-1', '{}{}', ['not-json']],
  ['a bare number', 'cover-1', '17', ['not-object']],
  ['a bare text', 'cover-1', '"hello"', ['not-object']],
  ['null', 'cover-1', 'null', ['not-object']],
  ['true', 'cover-1', 'true', ['not-object']],
  ['an empty array', 'cover-1', '[]', ['empty-array']],
  ['1,001 items', 'cover-1', `[${'{},'.repeat(1_000)}{}]`, ['too-many']],
  ['an array in an array', 'cover-1', '[[]]', ['not-object']],
  ['a time without a zone', 'cover-1', '{"measuredAt":"2026-11-23T08:00:00"}', ['time-format']],
  ['a day that is none', 'cover-1', '{"measuredAt":"2026-02-30T08:00:00Z"}', ['time-format']],
  ['25 o’clock', 'cover-1', '{"measuredAt":"2026-11-23T25:00:00Z"}', ['time-format']],
  ['a time as an object', 'cover-1', '{"measuredAt":{}}', ['time-format']],
  ['a time as a text of digits', 'cover-1', '{"measuredAt":"1795420800000"}', ['time-format']],
  ['a time beyond all years', 'cover-1', '{"measuredAt":1e300}', ['time-format']],
  ['epoch seconds', 'cover-1', '{"measuredAt":1795420800}', ['time-too-old']],
  ['a negative time', 'cover-1', '{"measuredAt":-1}', ['time-too-old']],
  ['the future', 'cover-1', `{"measuredAt":"${at(DAY)}"}`, ['time-future']],
  ['31 days ago', 'cover-1', `{"measuredAt":"${at(-31 * DAY)}"}`, ['time-too-old']],
  ['a negative seq', 'cover-1', '{"seq":-1}', ['seq-invalid']],
  ['a seq of one and a half', 'cover-1', '{"seq":1.5}', ['seq-invalid']],
  ['a seq that is no longer exact', 'cover-1', '{"seq":9007199254740993}', ['seq-invalid']],
  ['a number in quotes', 'cover-1', '{"tilt_deg":"1.5"}', ['channel-type']],
  ['an object for a number', 'cover-1', '{"tilt_deg":{"value":1.5}}', ['channel-type']],
  ['a flag for a number', 'cover-1', '{"tilt_deg":true}', ['channel-type']],
  ['a number for a flag', 'cover-1', '{"lid_open":1}', ['channel-type']],
  ['half a shock', 'cover-1', '{"vibration_count":0.5}', ['channel-type']],
  ['181 degrees', 'cover-1', '{"tilt_deg":181}', ['channel-range']],
  ['minus 0.1 % battery', 'cover-1', '{"battery_pct":-0.1}', ['channel-range']],
  ['more than infinite', 'cover-1', '{"tilt_deg":1e999}', ['channel-not-finite']],
  ['a longitude alone', 'truck-1', '{"lon_deg":121.4}', ['place-incomplete']],
  ['no fix', 'truck-1', '{"lon_deg":0,"lat_deg":0}', ['place-null-island']],
  ['swapped', 'truck-1', '{"lon_deg":31.2,"lat_deg":121.4}', ['place-swapped']],
  ['Mercator metres', 'truck-1', '{"lon_deg":13522000,"lat_deg":3662000}', ['place-projected']],
  ['off the earth', 'truck-1', '{"lon_deg":200,"lat_deg":95}', ['place-out-of-range']],
  ['a NUL in a text', 'cover-1', '{"fw":"\\u0000"}', ['text-not-storable']],
  ['half a surrogate pair', 'cover-1', '{"fw":"\\ud83d"}', ['text-not-storable']],
  ['a NUL in a key', 'cover-1', '{"\\u0000":1}', ['text-not-storable']],
  ['9 KiB of unknown channels', 'cover-1', `{"fw":"${'x'.repeat(9_000)}"}`, ['extra-too-large']],
  ['20,000 levels', 'cover-1', `{"a":${'['.repeat(2e4)}${']'.repeat(2e4)}}`, ['extra-too-large']],
  [
    'five faults at once',
    'truck-1',
    '{"measuredAt":1,"seq":"a","speed_kmh":999,"ignition":0,"lat_deg":31}',
    ['time-too-old', 'seq-invalid', 'channel-range', 'channel-type', 'place-incomplete'],
  ],
]

/** [what, topic] */
const TOPICS: readonly (readonly [string, string])[] = [
  ['of another device', telemetryTopic('cover-2')],
  ['of nobody', telemetryTopic('nobody')],
  ['of its own commands', commandTopic('cover-1')],
  ['below its own', `${telemetryTopic('cover-1')}/x`],
  ['with a slash too many', `${telemetryTopic('cover-1')}/`],
  ['in capitals', telemetryTopic('cover-1').toUpperCase()],
  ['of another version', 'wanmi/v2/cover-1/telemetry'],
  ['of the broker', '$SYS/broker/uptime'],
  ['of one slash', '/'],
  ['of 200 levels', 'a/'.repeat(199)],
  ['in Chinese', '城管/井盖'],
]

describe('a healthy connection outlives, and its other readings reach the sink beside,', () => {
  const stays = async (deviceId: string, bad: Buffer) => {
    const house = await openHouse()
    const client = await enter(house, deviceId)
    client.send(
      telemetryPacket(deviceId, reading(1), 1),
      bad,
      telemetryPacket(deviceId, reading(3), 3),
      PINGREQ,
    )
    await client.answer('pingresp')
    await client.acknowledgement(3)
    expect(client.acknowledged).toEqual([1, 2, 3])
    expect(seqsOf(house.sink)).toEqual([1, 3])
    expect(house.sink.rejections).toHaveLength(1)
    const [rejection] = house.sink.rejections
    return { rejection, codes: rejection?.reasons.map(({ code }) => code) }
  }

  test.each(PAYLOADS)('a payload of %s', async (_, deviceId, payload, expected) => {
    const { rejection, codes } = await stays(deviceId, telemetryPacket(deviceId, payload, 2))
    expect(codes).toEqual(expected)
    const isItem = rejection?.item !== null
    if (!isItem) expect(Buffer.from(rejection?.payload ?? [])).toEqual(Buffer.from(payload))
  })

  test.each(TOPICS)('a topic %s', async (_, topic) => {
    const { rejection, codes } = await stays('cover-1', publishPacket(topic, '{}', 1, 2))
    expect(codes).toEqual(['wrong-topic'])
    expect(rejection).toMatchObject({ deviceId: 'cover-1', topic })
  })

  test.each([
    ['no JSON', 'x', 'not-json'],
    ['no object', '[]', 'reply-format'],
    ['no id', '{"state":"done"}', 'reply-format'],
    ['no known state', '{"id":"1","state":"perhaps"}', 'reply-format'],
    ['an id nobody gave', '{"id":"1","state":"done"}', 'reply-format'],
    ['a NUL in its result', '{"id":"1","state":"done","result":"\\u0000"}', 'text-not-storable'],
  ])('a command reply with %s', async (_, payload, expected) => {
    const { codes } = await stays('cover-1', publishPacket(replyTopic('cover-1'), payload, 1, 2))
    expect(codes).toEqual([expected])
  })
})

const publish = (topic: Buffer, first = 0x30): Buffer =>
  Buffer.from([first, topic.length + 4, 0, topic.length, ...topic, 0x7b, 0x7d])

/** [what, bytes after CONNECT] */
const ABUSE: readonly (readonly [string, Buffer])[] = [
  ['a packet of more than 64 KiB', telemetryPacket('cover-1', 'x'.repeat(65_536))],
  ['a packet of 256 MiB', hex('30 ff ff ff 7f')],
  ['a length of five bytes', hex('30 80 80 80 80 01')],
  ['a second CONNECT', connectPacket('cover-1')],
  ['packet type 0', hex('00 00')],
  ['packet type 15', hex('f0 00')],
  ['a CONNACK', hex('20 02 00 00')],
  ['a SUBACK', hex('90 03 00 01 00')],
  ['a PINGRESP', hex('d0 00')],
  ['QoS 3', hex('36 05 00 01 61 00 01')],
  ['packet id 0', publishPacket('a', '{}', 1, 0)],
  ['a PUBLISH without its packet id', hex('32 03 00 01 61')],
  ['a topic longer than its packet', hex('30 03 00 09 61')],
  ['a PUBLISH without a topic', hex('30 00')],
  ['an empty topic', publish(Buffer.alloc(0))],
  ['a topic with a NUL', publish(Buffer.from('a\0b'))],
  ['a topic that is no UTF-8', publish(hex('61 ff'))],
  ['a topic with a surrogate', publish(hex('ed a0 80'))],
  ['a topic with +', publish(Buffer.from('wanmi/v1/+/telemetry'))],
  ['a topic with #', publish(Buffer.from('wanmi/#'))],
  ['a SUBSCRIBE with wrong flags', hex('80 06 00 01 00 01 61 00')],
  ['a SUBSCRIBE to nothing', hex('82 02 00 01')],
  ['a SUBSCRIBE with QoS 3', hex('82 06 00 01 00 01 61 03')],
  ['a SUBSCRIBE with packet id 0', hex('82 06 00 00 00 01 61 00')],
  ['a SUBSCRIBE to what is no UTF-8', hex('82 06 00 01 00 01 ff 00')],
  ['a SUBSCRIBE to an empty filter', hex('82 05 00 01 00 00 00')],
  ['an UNSUBSCRIBE from nothing', hex('a2 02 00 01')],
  ['a PINGREQ with a body', hex('c0 01 00')],
  ['a PUBACK of three bytes', hex('40 03 00 01 00')],
  ['a PUBREL with wrong flags', hex('60 02 00 01')],
]

const connect = (flags: number, ...fields: readonly Buffer[]): Buffer => {
  const body = Buffer.concat([hex('00 04 4d 51 54 54 04'), Buffer.of(flags, 0, 60), ...fields])
  return Buffer.concat([Buffer.of(0x10, body.length), body])
}
const field = (bytes: Buffer): Buffer => Buffer.concat([Buffer.of(0, bytes.length), bytes])
const id = field(Buffer.from('c'))

/** [what, bytes instead of CONNECT] */
const RUDE: readonly (readonly [string, Buffer])[] = [
  ['a PUBLISH before CONNECT', telemetryPacket('cover-1', '{}')],
  ['a PINGREQ before CONNECT', PINGREQ],
  ['HTTP', Buffer.from('GET / HTTP/1.1\r\nHost: wanmi\r\n\r\n')],
  ['a TLS handshake', hex('16 03 01 02 00 01 00 01 fc 03 03')],
  ['a CONNECT of more than 1 KiB', connectPacket('cover-1', { clientId: 'x'.repeat(1_024) })],
  ['a CONNECT with flags', hex('11 00')],
  ['an empty CONNECT', hex('10 00')],
  ['another protocol', connectPacket('x').fill('MQXX', 4, 8)],
  ['a reserved connect flag', connect(0x03, id)],
  ['a password without a user', connect(0x42, id, field(Buffer.from('p')))],
  ['a client id that is no UTF-8', connect(0x02, field(hex('ff')))],
  ['a client id cut short', connect(0x02, hex('00 05 61'))],
  ['more than it says', connect(0x02, id, hex('00'))],
  ['a will with QoS 3', connect(0x1e, id, id, id)],
  ['a will with a NUL in its topic', connect(0x06, id, field(Buffer.from('a\0')), id)],
  ['a will whose topic is no UTF-8', connect(0x06, id, field(hex('c3 28')), id)],
  ['a will with a wildcard', connect(0x06, id, field(Buffer.from('a/#')), id)],
  ['the QoS of a will it has not', connect(0x0a, id)],
  ['a user name that is no UTF-8', connect(0x82, id, field(hex('80')))],
]

describe('abuse closes the connection, and no other:', () => {
  const neighbourLives = async (act: (port: number) => Promise<RawClient>) => {
    const house = await openHouse()
    const neighbour = await enter(house, 'cover-2')
    const client = await act(house.broker.ports.tcp)
    await client.closed
    neighbour.send(telemetryPacket('cover-2', reading(9), 9))
    await neighbour.acknowledgement(9)
    expect(seqsOf(house.sink)).toContain(9)
    expect(house.fatal).toEqual([])
    return { house, client }
  }

  test.each(ABUSE)('%s', async (_, bytes) => {
    const { house } = await neighbourLives(async (port) => {
      const client = new RawClient(port).send(connectPacket('cover-1'))
      await client.answer('connack')
      return client.send(telemetryPacket('cover-1', reading(1), 1), bytes)
    })
    // What came before it counts.
    expect(seqsOf(house.sink)).toEqual([1, 9])
  })

  test.each(RUDE)('%s', async (_, bytes) => {
    const { client } = await neighbourLives(async (port) => new RawClient(port).send(bytes))
    expect(client.packets).toEqual([])
  })

  test.each([
    ['MQTT 5', connectPacket('cover-1', { protocolVersion: 5 }), 1],
    ['MQTT 6', connectPacket('cover-1').fill(6, 8, 9), 1],
    ['an empty client id and a session to keep', connect(0x00, field(Buffer.alloc(0))), 2],
  ])('%s, with a code', async (_, bytes, returnCode) => {
    const { client } = await neighbourLives(async (port) => new RawClient(port).send(bytes))
    expect(client.packets).toMatchObject([{ cmd: 'connack', returnCode }])
  })

  test('nothing at all, after the connect timeout', async () => {
    const house = await openHouse({ mqtt: { connectTimeoutMs: 100 } })
    const client = new RawClient(house.broker.ports.tcp)
    await vi.waitFor(() => expect(client.isClosed).toBe(true))
  })

  test('a flood of messages sent twice costs the flooder nothing but its own order', async () => {
    const house = await openHouse()
    const client = await enter(house, 'cover-1')
    const packets = Array.from({ length: 500 }, (_, n) => telemetryPacket('cover-1', 'x', n + 1))
    client.send(...packets)
    await client.acknowledgement(500)
    expect(client.acknowledged).toEqual(Array.from({ length: 500 }, (_, n) => n + 1))
    expect(house.sink.rejections).toHaveLength(500)
  })
})
