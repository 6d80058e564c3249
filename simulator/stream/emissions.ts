import { epochMs } from '#model/time.ts'
import type { Shard } from '#simulator/run/shard.ts'
import { shardHolds } from '#simulator/run/shard.ts'
import { equip } from '#simulator/sensors/equip.ts'
import type { Instrument } from '#simulator/sensors/instrument.ts'
import { type Quantise, quantiser } from '#simulator/sensors/measured.ts'
import type { SimulatedDevice } from '#simulator/world/fixtures.ts'
import type { World } from '#simulator/world/world.ts'
import { DueHeap } from './due-heap.ts'
import type { Emission } from './emission.ts'

interface Sender {
  readonly device: SimulatedDevice
  readonly instrument: Instrument
  readonly quantise: Quantise
}

/**
 * Everything the devices of a shard measure, in the order of time, made as it is asked for: the
 * clock is the reader's. The same world and shard give the same bytes in the same order.
 */
export function* emissions(world: World, shard: Shard): Generator<Emission, void, undefined> {
  const { city, endedAt } = world.setting
  const due = new DueHeap()
  const senders: Sender[] = []
  for (const device of city.devices) {
    if (!shardHolds(shard, device)) continue
    const instrument = equip(world, device)
    due.push(device.index, instrument.firstAt)
    senders[device.index] = { device, instrument, quantise: quantiser(device.kind) }
  }
  for (let next = due.peek(); next && next.due < endedAt; next = due.peek()) {
    const at = epochMs(next.due)
    const { device, instrument, quantise } = senders[next.id] as Sender
    const values = instrument.measure(at)
    if (values) {
      const reading = { measuredAt: instrument.stamp(at), ...quantise(values) }
      const payload = Buffer.from(JSON.stringify(reading))
      yield { at, device, payload, shows: world.observe(device.index, at) }
    }
    due.reschedule(instrument.next(at))
  }
}
