import type { EpochMs } from '#model/time.ts'
import type { Shard } from '#simulator/run/shard.ts'
import { shardHolds } from '#simulator/run/shard.ts'
import type { OutagePlan } from '#simulator/scenario/scenario.ts'
import type { SimulatedDevice } from '#simulator/world/fixtures.ts'
import { Agenda } from './agenda.ts'
import type { NetworkSetting } from './network-setting.ts'

/** What befalls the line of a device at an instant, whatever it has to say. */
export type LineEvent = OutageBegins | Simple | CloneAppears

interface AtDevice {
  readonly at: EpochMs
  readonly device: SimulatedDevice
}

export interface OutageBegins extends AtDevice {
  readonly type: 'outage'
  readonly until: EpochMs
  readonly plan: Pick<OutagePlan, 'flush' | 'array'>
}

interface Simple extends AtDevice {
  /** `repeat`: the device says once more what it said last. */
  readonly type: 'cut' | 'freeze' | 'repeat'
}

interface CloneAppears extends AtDevice {
  readonly type: 'clone'
  readonly until: EpochMs
}

/** In the order of time, then by device; made as they are asked for, none at the end or after. */
export type LineEvents = Generator<LineEvent, void, undefined>

/** Where and when events are wanted. */
export interface Reach {
  readonly setting: NetworkSetting
  readonly shard: Shard
}

export const ownDevices = ({ setting, shard }: Reach): readonly SimulatedDevice[] =>
  setting.devices.filter((device) => shardHolds(shard, device))

/** An event at a device, and when it comes again; null for never. */
export interface Recurrence {
  readonly event: LineEvent
  readonly nextAt: number | null
}

/**
 * What comes again and again, to each of some devices in times of its own: whole milliseconds, and
 * none for ever.
 */
export function* recurring(
  begins: Iterable<readonly [device: SimulatedDevice, firstAt: number]>,
  endedAt: EpochMs,
  come: (device: SimulatedDevice, at: EpochMs) => Recurrence,
): LineEvents {
  const agenda = new Agenda<SimulatedDevice>()
  for (const [device, firstAt] of begins) agenda.push(firstAt, device.index, 0, device)
  for (let at = agenda.nextAt; at < endedAt; at = agenda.nextAt) {
    const device = agenda.pop() as SimulatedDevice
    const { event, nextAt } = come(device, at as EpochMs)
    yield event
    if (nextAt !== null) agenda.push(nextAt, device.index, 0, device)
  }
}
