import mqttPacket from 'mqtt-packet'
import { describe, expect, test, vi } from 'vitest'
import type { Program } from '#broker/ports.ts'
import { minutes } from '#model/time.ts'
import { commandTopic, telemetryTopic } from '#model/topic.ts'
import { readConfig } from '#runtime/config.ts'
import { movingClock } from '#tests/people/moving-clock.ts'
import {
  connectPacket,
  enter,
  metric,
  openHouse,
  publishPacket,
  reading,
  seqsOf,
  telemetryPacket,
} from './harness.ts'
import { enterOpen, keyOf, openConnect, openOpenHouse, refusalOf } from './open-house.ts'

const program = (accountId: string, more: Partial<Program> = {}): Program => ({
  accountId,
  credentialId: `credential of ${accountId}`,
  expiresAt: null,
  ...more,
})
const PROGRAMS = new Map([
  [keyOf('traffic', 'wanmi_t'), program('1')],
  [keyOf('water', 'wanmi_w'), program('2')],
])
const as = (username: string, password: string) => ({ username, password: Buffer.from(password) })
const TRAFFIC = as('traffic', 'wanmi_t')
const programsOnly = { programs: PROGRAMS, open: { isAnonymous: false } }

describe('open topics', () => {
  test('are there for nobody unless they are configured', async () => {
    const house = await openHouse()
    expect(await refusalOf(house, openConnect('c'))).toBe(4)
    expect(await refusalOf(house, openConnect('c', TRAFFIC))).toBe(4)
  })

  test('are for accounts with a token of theirs, and for no others', async () => {
    const house = await openOpenHouse(programsOnly)
    await enterOpen(house, 'c', TRAFFIC)
    for (const [login, token] of [
      ['traffic', 'wanmi_w'],
      ['traffic', ''],
      ['nobody', 'wanmi_t'],
      ['', 'wanmi_t'],
    ] as const) {
      expect(await refusalOf(house, openConnect('c', as(login, token)))).toBe(4)
    }
    expect(await refusalOf(house, openConnect('c'))).toBe(4)
    expect(await refusalOf(house, openConnect('c', { username: 'traffic' }))).toBe(4)
    const reason = 'connack-4'
    expect(await metric(house, 'wanmi_mqtt_connections_refused_total', { reason })).toBe(6)
  })

  test('are not tried when it cannot be told whose a token is', async () => {
    const find = () => {
      throw new Error('the database is away')
    }
    const { openMqtt } = readConfig({ MQTT_OPEN_TOPICS: '#' })
    const house = await openHouse({
      broker: { open: { config: openMqtt, programs: { has: () => true, find } } },
    })
    expect(await refusalOf(house, openConnect('c', TRAFFIC))).toBe(3)
  })

  test('end with the token', async () => {
    const clock = movingClock()
    const short = program('3', { expiresAt: clock.now() + 60_000 } as Partial<Program>)
    const programs = new Map([...PROGRAMS, [keyOf('short', 'wanmi_s'), short]])
    const house = await openOpenHouse({ ...programsOnly, programs, broker: { clock } })
    const traffic = await enterOpen(house, 'c', TRAFFIC)
    const water = await enterOpen(house, 'c', as('water', 'wanmi_w'))
    const passing = await enterOpen(house, 'c', as('short', 'wanmi_s'))
    house.broker.endCredentials(['credential of 1'])
    await traffic.closed
    clock.move(minutes(1))
    await passing.closed
    await water.ping()
  })

  test('belong to each account alone as far as client ids go', async () => {
    const house = await openOpenHouse({ programs: PROGRAMS })
    const traffic = await enterOpen(house, 'c', { ...TRAFFIC, clean: false })
    await traffic.subscribe({ a: 1 })
    const water = await enterOpen(house, 'c', { ...as('water', 'wanmi_w'), clean: false })
    const anybody = await enterOpen(house, 'c', { clean: false })
    expect([water.isPresent, anybody.isPresent]).toEqual([false, false])
    water.send(publishPacket('a', 'x', 1, 1))
    await traffic.publishOf('x')
    expect(anybody.published).toEqual([])
  })
})

describe('devices and open clients', () => {
  test('hear nothing of each other, under whatever client id', async () => {
    const house = await openOpenHouse()
    const device = await enter(house, 'cover-1', { clientId: 'same' })
    const peer = await enterOpen(house, 'same')
    await enterOpen(house, 'cover-1')
    await peer.subscribe({ '#': 1, '+/v1/#': 1 })
    device.send(telemetryPacket('cover-1', reading(1)))
    await device.acknowledgement(1)
    peer.send(publishPacket('x', 'of the other', 1, 1))
    await peer.publishOf('of the other')
    expect(peer.texts).toEqual(['of the other'])
    expect(seqsOf(house.sink)).toEqual([1])
    expect(house.broker.connections()).toMatchObject([{ deviceId: 'cover-1' }])
    expect(house.broker.connections()).toHaveLength(1)
  })

  test('keep apart: a message to a topic of devices is acknowledged, counted, and goes nowhere', async () => {
    const house = await openOpenHouse()
    const device = await enter(house, 'cover-1')
    const topic = commandTopic('cover-1')
    const subscriptions = [{ topic, qos: 1 as const }]
    device.send(mqttPacket.generate({ cmd: 'subscribe', messageId: 1, subscriptions }))
    await device.answer('suback')
    const peer = await enterOpen(house, 'c')
    const topics = [telemetryTopic('cover-1'), commandTopic('cover-1'), '$SYS/x']
    expect(await peer.subscribe({ 'wanmi/#': 1, '$SYS/#': 0 })).toEqual([128, 128])
    peer.send(...topics.map((topic, n) => publishPacket(topic, '{"tilt_deg":1}', 1, 1 + n)))
    await peer.acknowledgement(3)
    peer.send(publishPacket(topics[0] as string, '{}', 2, 4))
    await peer.answer('pubrec')
    const reason = 'topic-not-open'
    expect(await metric(house, 'wanmi_open_messages_dropped_total', { reason })).toBe(4)
    expect(house.sink.readings).toEqual([])
    expect(house.sink.rejections).toEqual([])
    expect(device.packets.filter(({ cmd }) => cmd === 'publish')).toEqual([])
  })

  test('a name that is both is that of the device', async () => {
    const programs = new Map([[keyOf('cover-1', 'wanmi_c'), program('9')]])
    const house = await openOpenHouse({ programs })
    expect(await refusalOf(house, openConnect('c', as('cover-1', 'wanmi_c')))).toBe(4)
    await enter(house, 'cover-1')
    house.credentials.delete('cover-1')
    expect(await refusalOf(house, connectPacket('cover-1'))).toBe(4)
    await enterOpen(house, 'c', as('cover-1', 'wanmi_c'))
  })

  test('end when the service does, and no will is sent for that', async () => {
    const house = await openOpenHouse()
    const will = { topic: 'w', payload: Buffer.from('gone'), qos: 0 as const, retain: false }
    const peer = await enterOpen(house, 'c', { will })
    const listener = await enterOpen(house, 'l')
    await listener.subscribe({ w: 0 })
    await house.broker.close()
    await vi.waitFor(() => expect(peer.isClosed && listener.isClosed).toBe(true))
    expect(listener.published).toEqual([])
  })
})
