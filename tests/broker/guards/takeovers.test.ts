import { describe, expect, test } from 'vitest'
import {
  connectPacket,
  enter,
  type House,
  metric,
  openHouse,
  RawClient,
  reading,
  telemetryPacket,
} from '#tests/broker/harness.ts'
import { besideNeighbour } from './neighbour.ts'

/** A device that connects again the moment it is cut off, and says something each time. */
class Clone {
  isOver = false
  entered = 0
  acknowledged = 0
  readonly #house: House
  #client: RawClient | undefined

  constructor(house: House) {
    this.#house = house
    void this.#run()
  }

  stop(): void {
    this.isOver = true
    this.#client?.socket.destroy()
  }

  async #run(): Promise<void> {
    while (!this.isOver) {
      const client = new RawClient(this.#house.broker.ports.tcp).send(connectPacket('cover-1'))
      this.#client = client
      const connack = await client.answer('connack').catch(() => undefined)
      if (connack?.cmd === 'connack' && connack.returnCode === 0) {
        this.entered++
        client.send(telemetryPacket('cover-1', reading(this.entered)))
        await client.acknowledgement(1).then(
          () => this.acknowledged++,
          () => undefined,
        )
      }
      await client.closed
    }
  }
}

const quick = { takeoversMax: 3, takeoverWindowS: 3, takeoverDelayMs: 300 } as const

describe('two devices of one identity', () => {
  test('both get long turns, are shown, and trouble nobody', async () => {
    const house = await openHouse({ mqtt: quick })
    const clones = [new Clone(house), new Clone(house)]
    await besideNeighbour(house, async () => {
      await expect
        .poll(() => house.broker.nuisances(), { timeout: 10_000 })
        .toMatchObject([{ guard: 'takeovers', deviceId: 'cover-1' }])
      const [before, begun] = [clones.map(({ entered }) => entered), performance.now()]
      const both = () => clones.every(({ entered }, n) => entered > (before[n] ?? 0))
      await expect.poll(both, { timeout: 20_000 }).toBe(true)
      const takeovers = await metric(house, 'wanmi_mqtt_takeovers_total')
      // Without the guard there are thousands in that time.
      expect(takeovers).toBeLessThan(20 + (performance.now() - begun) / 100)
      expect(clones.every(({ acknowledged }) => acknowledged > 0)).toBe(true)
    })
    for (const clone of clones) clone.stop()
  }, 60_000)

  test('are one again when the other is gone: what waits comes in at once', async () => {
    const house = await openHouse({
      mqtt: { ...quick, takeoverDelayMs: 60_000, takeoverDelayMaxMs: 60_000 },
    })
    const clone = new Clone(house)
    const other = new Clone(house)
    const waits = () => house.broker.nuisances().length === 1
    await expect.poll(waits, { timeout: 10_000 }).toBe(true)
    const entered = clone.entered + other.entered
    // Whichever it is that is in: as it goes, the one that waits need not wait a minute.
    house.broker.disconnect('cover-1')
    await expect.poll(() => clone.entered + other.entered).toBeGreaterThan(entered)
    clone.stop()
    other.stop()
    await expect.poll(() => metric(house, 'wanmi_mqtt_connections')).toBe(0)
    const device = await enter(house, 'cover-1')
    device.send(telemetryPacket('cover-1', reading(9)))
    await device.acknowledgement(1)
  })

  test('and six more wait together, whoever comes then is turned away with code 3', async () => {
    const house = await openHouse({
      mqtt: { ...quick, takeoversMax: 1, takeoverDelayMs: 60_000, takeoverDelayMaxMs: 60_000 },
    })
    await enter(house, 'cover-1')
    await enter(house, 'cover-1')
    const others = Array.from({ length: 9 }, () =>
      new RawClient(house.broker.ports.tcp).send(connectPacket('cover-1')),
    )
    const codes = () => others.flatMap(({ packets }) => packets)
    await expect.poll(codes).toMatchObject([{ cmd: 'connack', returnCode: 3 }])
    expect(await metric(house, 'wanmi_mqtt_takeovers_total')).toBe(1)
  })
})

test('a device that comes and goes without end waits too', async () => {
  const house = await openHouse({ mqtt: { takeoversMax: 1, takeoverDelayMs: 100 } })
  for (let time = 0; time < 27; time++) {
    const client = await enter(house, 'cover-1')
    client.socket.destroy()
    await client.closed
  }
  expect(house.broker.nuisances()).toMatchObject([{ guard: 'arrivals', deviceId: 'cover-1' }])
})
