import type { EpochMs } from '#model/time.ts'
import { type Shard, shardHolds } from '#simulator/run/shard.ts'
import { equip } from '#simulator/sensors/equip.ts'
import type { Instrument } from '#simulator/sensors/instrument.ts'
import type { SimulatedDevice } from '#simulator/world/fixtures.ts'
import type { World } from '#simulator/world/world.ts'
import { DueHeap } from './due-heap.ts'
import type { Emission } from './emission.ts'
import { payloadWriter, type WritePayload } from './payload-writer.ts'

interface Sender {
  readonly device: SimulatedDevice
  readonly instrument: Instrument
  readonly write: WritePayload
}

/**
 * Everything the devices of a shard measure, in the order of time and then of the devices, made as
 * it is asked for: the clock is the reader's. Each reading is counted in what it shows. The same
 * world and shard give the same bytes in the same order.
 */
export function* emissions(world: World, shard: Shard): Generator<Emission, void, undefined> {
  const { startedAt, endedAt } = world.setting
  const senders = sendersOf(world, shard)
  const due = new DueHeap(senders.length, startedAt)
  // Beyond the end no clock is asked when a device would have gone on.
  const isOver = (at: EpochMs): boolean => !(at < endedAt)
  for (const [number, { instrument }] of senders.entries()) {
    if (!isOver(instrument.firstAt)) due.push(number, instrument.firstAt)
  }
  while (due.size > 0) {
    const at = due.firstDue
    const { device, instrument, write } = senders[due.first] as Sender
    const values = instrument.measure(at)
    if (values) {
      const payload = write(instrument.stamp(at), values)
      const shows = world.observe(device.index, at)
      for (const one of shows) one.measured += 1
      yield { at, device, payload, shows }
    }
    const next = instrument.next(at)
    if (isOver(next)) due.pop()
    else due.reschedule(next)
  }
}

const sendersOf = (world: World, shard: Shard): readonly Sender[] =>
  world.setting.city.devices
    .filter((device) => shardHolds(shard, device))
    .map((device) => ({
      device,
      instrument: equip(world, device),
      write: payloadWriter(device.kind),
    }))
