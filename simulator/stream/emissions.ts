import { type DurationMs, epochMs } from '#model/time.ts'
import { between, type Random, splitRandom } from '#simulator/random/random.ts'
import type { Shard } from '#simulator/run/shard.ts'
import { shardHolds } from '#simulator/run/shard.ts'
import { equip } from '#simulator/sensors/equip.ts'
import type { Sensor } from '#simulator/sensors/measured.ts'
import type { SimulatedDevice } from '#simulator/world/fixtures.ts'
import type { World } from '#simulator/world/world.ts'
import { DueHeap } from './due-heap.ts'
import type { Emission } from './emission.ts'

interface Sender {
  readonly device: SimulatedDevice
  readonly interval: DurationMs
  readonly timing: Random
  readonly sensor: Sensor
}

const JITTER = 0.05

/**
 * Everything the devices of a shard measure, in the order of time, made as it is asked for: the
 * clock is the reader's. The same world and shard give the same bytes in the same order.
 */
export function* emissions(world: World, shard: Shard): Generator<Emission, void, undefined> {
  const { city, startedAt, endedAt, interval } = world.setting
  const due = new DueHeap()
  const senders: Sender[] = []
  for (const device of city.devices) {
    if (!shardHolds(shard, device)) continue
    const own = interval(device.kind)
    const timing = splitRandom(city.seed, 'timing', device.kind, device.number)
    due.push(device.index, startedAt + Math.floor(between(timing, 0, own)))
    senders[device.index] = { device, interval: own, timing, sensor: equip(world, device) }
  }
  for (let next = due.peek(); next && next.due < endedAt; next = due.peek()) {
    const at = epochMs(next.due)
    const { device, interval, timing, sensor } = senders[next.id] as Sender
    const payload = Buffer.from(JSON.stringify({ measuredAt: at, ...sensor(at) }))
    yield { at, device, payload, shows: world.observe(device.index, at) }
    const pause = interval * between(timing, 1 - JITTER, 1 + JITTER)
    due.reschedule(at + Math.max(1, Math.round(pause)))
  }
}
