import { expect, test } from 'vitest'
import { hours, minutes, plus } from '#model/time.ts'
import type { Monitor } from '#monitor/monitor.ts'
import { createMetrics } from '#runtime/metrics.ts'
import { batchOf, device, reading, rule, START, startMonitor } from './fixtures.ts'
import { MemoryLedger } from './memory-ledger.ts'

/** Tilted five times within the hour: an instant, a sequence number and a tilt are kept of each reading. */
const RESTLESS = rule({ id: 'restless', when: "count(tilt_deg > 5.0, '1h') >= 5" })
const BYTES_OF_READING = 3 * 8
const COVERS = ['a', 'b', 'c'].map((id) => device(id))
const IN_WINDOW = 20

class Told {
  readonly metrics = createMetrics()
  readonly ledger = new MemoryLedger()
  now = START

  start(windowsMaxBytes: number): Promise<Monitor> {
    return startMonitor(this.ledger, [RESTLESS], {
      windowsMaxBytes,
      metrics: this.metrics,
      clock: { now: () => this.now },
    })
  }

  async reread(): Promise<number> {
    return (await this.metrics.windowsReread.get()).values[0]?.value ?? 0
  }

  async bytes(): Promise<number> {
    return (await this.metrics.windowBytes.get()).values[0]?.value ?? 0
  }
}

/** Each cover reports once a minute; the third tilts at every fourth. */
async function live(told: Told, monitor: Monitor, forMinutes: number): Promise<void> {
  for (let minute = 0; minute < forMinutes; minute++) {
    told.now = plus(START, minutes(minute))
    const readings = COVERS.map((cover, index) =>
      reading(cover, minute * 60, { tilt_deg: index === 2 && minute % 4 === 0 ? 20 : 1 }),
    )
    await monitor.process(batchOf(readings))
  }
}

test('windows take no more than they may, and the rules find the same', async () => {
  const roomy = new Told()
  await live(roomy, await roomy.start(Infinity), IN_WINDOW)
  expect(await roomy.bytes()).toBe(COVERS.length * IN_WINDOW * BYTES_OF_READING)
  expect(await roomy.reread()).toBe(0)

  const tight = new Told()
  const room = 1.5 * IN_WINDOW * BYTES_OF_READING
  await live(tight, await tight.start(room), IN_WINDOW)
  expect(await tight.bytes()).toBeLessThanOrEqual(room)
  expect(await tight.reread()).toBeGreaterThan(0)

  const found = [...tight.ledger.stored.values()].map(({ deviceId, startedAt }) => [
    deviceId,
    startedAt,
  ])
  expect(found).toEqual([['c', plus(START, minutes(16))]])
  expect(found).toEqual(
    [...roomy.ledger.stored.values()].map(({ deviceId, startedAt }) => [deviceId, startedAt]),
  )
})

test('of devices that report in turn those that have room keep it', async () => {
  const told = new Told()
  const monitor = await told.start(1.5 * IN_WINDOW * BYTES_OF_READING)
  await live(told, monitor, IN_WINDOW)
  const before = await told.reread()
  const next = COVERS.map((cover) => reading(cover, IN_WINDOW * 60, { tilt_deg: 1 }))
  await monitor.process(batchOf(next))
  const reread = (await told.reread()) - before
  expect(reread).toBeGreaterThan(0)
  expect(reread).toBeLessThan(COVERS.length)
})

test('windows of devices that fell silent make room for those that report', async () => {
  const told = new Told()
  const monitor = await told.start(COVERS.length * IN_WINDOW * BYTES_OF_READING)
  await live(told, monitor, IN_WINDOW)
  told.now = plus(told.now, hours(2))
  await monitor.tick()
  expect(await told.bytes()).toBe(0)
  // And are there again when one sends what it measured meanwhile.
  const [, , restless] = COVERS
  if (!restless) throw new Error('there are three covers')
  const next = reading(restless, (IN_WINDOW + 1) * 60, { tilt_deg: 20 })
  await monitor.process(batchOf([next]))
  expect(await told.reread()).toBe(1)
  expect(monitor.stateOf(restless.id)?.memory.recent?.length).toBe(IN_WINDOW + 1)
})

test('a device that reports ten times a second is remembered after a restart', async () => {
  const told = new Told()
  const [cover] = COVERS
  if (!cover) throw new Error('there are three covers')
  const dense = Array.from({ length: 1_200 }, (_, index) =>
    reading(cover, index / 10, { tilt_deg: 1 }),
  )
  await (await told.start(Infinity)).process(batchOf(dense))
  const monitor = await told.start(Infinity)
  await monitor.process(batchOf([reading(cover, 120, { tilt_deg: 1 })]))
  expect(monitor.stateOf(cover.id)?.memory.recent?.length).toBe(1_000)
})
