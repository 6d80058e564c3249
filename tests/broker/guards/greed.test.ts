import mqttPacket from 'mqtt-packet'
import { describe, expect, test } from 'vitest'
import { seconds } from '#model/time.ts'
import { telemetryTopic } from '#model/topic.ts'
import {
  enter,
  type House,
  metric,
  openHouse,
  publishPacket,
  type RawClient,
  reading,
  telemetryPacket,
} from '#tests/broker/harness.ts'
import { bareDevice } from '#tests/support/bare-device.ts'
import { besideNeighbour } from './neighbour.ts'

const ENDED = 'wanmi_mqtt_connections_ended_total'
const PINGREQ = Buffer.of(0xc0, 0)

const subscribe = (topics: readonly string[], messageId = 1): Buffer =>
  mqttPacket.generate({
    cmd: 'subscribe',
    messageId,
    subscriptions: topics.map((topic) => ({ topic, qos: 1 })),
  })

/** Until the device is read no faster than it may be. */
const heldBack = (house: House): Promise<void> =>
  expect
    .poll(() => house.broker.nuisances(), { timeout: 40_000, interval: 20 })
    .toMatchObject([{ guard: 'rate', deviceId: 'cover-1' }])

/** What was granted so far. */
const codesOf = ({ packets }: RawClient) =>
  packets.flatMap((packet) => (packet.cmd === 'suback' ? packet.granted : []))

describe('a packet that was begun', () => {
  test('and drips is given up, though every byte is a sign of life', async () => {
    const house = await openHouse({
      mqtt: { packetTimeoutMs: 300, packetBytesPerSecond: 10_000 },
    })
    await besideNeighbour(house, async () => {
      const client = await enter(house, 'cover-1')
      const bytes = telemetryPacket('cover-1', 'x'.repeat(5_000))
      let at = 0
      const drip = setInterval(() => client.send(bytes.subarray(at, ++at)), 30)
      await client.closed
      clearInterval(drip)
    })
    expect(await metric(house, ENDED, { reason: 'slow-packet' })).toBe(1)
    expect(house.broker.nuisances()).toMatchObject([{ guard: 'packet', deviceId: 'cover-1' }])
  })

  test('of which one byte came is given up too', async () => {
    const house = await openHouse({ mqtt: { packetTimeoutMs: 300 } })
    const client = await enter(house, 'cover-1')
    client.send(telemetryPacket('cover-1', reading(1)), Buffer.of(0x32))
    await client.closed
    expect(client.acknowledged).toEqual([1])
  })
})

describe('whoever wants to hear everything', () => {
  test('of wildcards and the devices of others is granted nothing', async () => {
    const house = await openHouse()
    const client = await enter(house, 'cover-1')
    client.send(subscribe(['#', '+/#', '$SYS/#', '$share/a/#', 'wanmi/#', 'wanmi/v1/+/command']))
    await client.answer('suback')
    expect(codesOf(client)).toEqual([128, 128, 128, 128, 128, 128])
  })

  test('with 100,000 topics is slowed, bounded, and nobody else notices', async () => {
    const house = await openHouse()
    await besideNeighbour(house, async () => {
      const client = await enter(house, 'cover-1')
      for (let first = 0; first < 100_000; first += 50) {
        const topics = Array.from({ length: 50 }, (_, n) => `wanmi/v1/cover-1/${first + n}`)
        client.send(subscribe(topics, 1 + first / 50))
      }
      await heldBack(house)
      expect(codesOf(client).filter((code) => code === 1)).toHaveLength(16)
    })
  }, 60_000)

  test.each([
    ['in one packet', Array.from({ length: 65 }, (_, n) => `wanmi/v1/cover-1/${n}`)],
    ['by a filter of 2 KiB', [`wanmi/v1/cover-1/${'x'.repeat(2_048)}`]],
    ['by a filter of 300 levels', [`wanmi/v1/cover-1${'/x'.repeat(300)}`]],
  ])('%s is cut off', async (_, topics) => {
    const house = await openHouse()
    const client = (await enter(house, 'cover-1')).send(subscribe(topics))
    await client.closed
    expect(await metric(house, ENDED, { reason: 'filters' })).toBe(1)
    expect(house.broker.nuisances()).toMatchObject([{ guard: 'filters', deviceId: 'cover-1' }])
  })
})

/** Sends as fast as it is read, until it is told to stop. */
function flood(client: RawClient, packet: (n: number) => Buffer): () => void {
  const run = { isOver: false }
  let sent = 0
  const send = (): void => {
    while (!run.isOver && !client.isClosed) {
      const packets = Array.from({ length: 100 }, () => packet(sent++))
      if (!client.socket.write(Buffer.concat(packets))) {
        client.socket.once('drain', send)
        return
      }
    }
  }
  send()
  return () => {
    run.isOver = true
  }
}

describe('a device far beyond its rate', () => {
  const slow = { rateMinPerSecond: 50, rateFactor: 1, rateBurstMessages: 3_000 } as const

  test('is read at the rate it may have, loses nothing, and its neighbour does not notice', async () => {
    const house = await openHouse({ mqtt: slow })
    await besideNeighbour(house, async () => {
      const client = await enter(house, 'cover-1')
      const stop = flood(client, (n) => telemetryPacket('cover-1', reading(n), 1 + (n % 60_000)))
      await heldBack(house)
      const [before, begun] = [client.acknowledged.length, performance.now()]
      await expect
        .poll(() => client.acknowledged.length - before, { timeout: 10_000 })
        .toBeGreaterThan(50)
      const perSecond =
        ((client.acknowledged.length - before) * 1_000) / (performance.now() - begun)
      expect(perSecond).toBeLessThan(200)
      stop()
      expect(client.isClosed).toBe(false)
      expect(client.acknowledged).toEqual(client.acknowledged.map((_, n) => 1 + (n % 60_000)))
    })
  }, 60_000)

  test('has no new allowance for coming again', async () => {
    const house = await openHouse({ mqtt: slow })
    const first = await enter(house, 'cover-1')
    const stop = flood(first, () => publishPacket(telemetryTopic('cover-1'), '{}', 0))
    await heldBack(house)
    stop()
    first.socket.destroy()
    await first.closed
    const again = await enter(house, 'cover-1')
    const packets = Array.from({ length: 100 }, (_, n) =>
      telemetryPacket('cover-1', reading(n), n + 1),
    )
    again.send(...packets)
    await expect.poll(() => house.broker.connectionOf('cover-1')?.isStopped).toBe(true)
  }, 60_000)

  test('by pings costs no more than by messages', async () => {
    const house = await openHouse({ mqtt: slow })
    await besideNeighbour(house, async () => {
      const client = await enter(house, 'cover-1')
      const stop = flood(client, () => PINGREQ)
      await heldBack(house)
      stop()
    })
  }, 60_000)

  test('for a day that it missed goes at full speed', async () => {
    const truck = bareDevice('truck-9', 'refuse-truck', { reportingInterval: seconds(10) })
    const house = await openHouse({ mqtt: slow, devices: [truck] })
    const client = await enter(house, truck.id)
    const day = 8_640
    const packets = Array.from({ length: day }, (_, n) =>
      telemetryPacket(truck.id, reading(n), n + 1),
    )
    client.send(...packets)
    await client.acknowledgement(day)
    expect(house.broker.nuisances()).toEqual([])
  })
})
