import { Broken } from '#model/error.ts'
import { type Shard, shardHolds } from '#simulator/run/shard.ts'
import { equip } from '#simulator/sensors/equip.ts'
import type { Instrument } from '#simulator/sensors/instrument.ts'
import type { SimulatedDevice } from '#simulator/world/fixtures.ts'
import type { World } from '#simulator/world/world.ts'
import { DueHeap } from './due-heap.ts'
import type { Emission } from './emission.ts'
import { payloadWriter, type WritePayload } from './payload-writer.ts'

/** All that a reading needs, in one object: with many devices it is memory that takes time. */
interface Sender extends Pick<Instrument, 'firstAt' | 'measure' | 'next' | 'stamp'> {
  readonly index: number
  readonly device: SimulatedDevice
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
  for (const [number, { firstAt }] of senders.entries()) {
    if (firstAt < endedAt) due.push(number, firstAt)
  }
  while (due.size > 0) {
    if (lookAhead(senders, due) !== due.followers) {
      throw new Broken('internal', 'a device has nothing to measure with')
    }
    const at = due.firstDue
    const { index, device, measure, next, stamp, write } = senders[due.first] as Sender
    const values = measure(at)
    if (values) {
      const payload = write(stamp(at), values)
      const shows = world.observe(index, at)
      for (const one of shows) one.measured += 1
      yield { at, device, payload, shows }
    }
    const nextAt = next(at)
    if (nextAt < endedAt) due.reschedule(nextAt)
    else due.pop()
  }
}

/**
 * Looks at those that may be due next. Of many devices none is in the processor's cache: looked at
 * now, they come while the one that is due is worked on, and nobody waits for them. That takes a
 * quarter off the time of a reading.
 */
function lookAhead(senders: readonly Sender[], due: DueHeap): number {
  let ready = 0
  for (let nth = 0; nth < due.followers; nth += 1) {
    const { measure, next } = senders[due.follower(nth)] as Sender
    if (typeof measure === 'function' && typeof next === 'function') ready += 1
  }
  return ready
}

const sendersOf = (world: World, shard: Shard): readonly Sender[] =>
  world.setting.city.devices
    .filter((device) => shardHolds(shard, device))
    .map((device) => {
      const { firstAt, measure, next, stamp } = equip(world, device)
      const write = payloadWriter(device.kind)
      return { index: device.index, device, firstAt, measure, next, stamp, write }
    })
