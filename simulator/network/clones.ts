import { plus } from '#model/time.ts'
import { shardHolds } from '#simulator/run/shard.ts'
import type { Trouble } from '#simulator/scenario/scenario.ts'
import { cityStream } from './device-streams.ts'
import type { LineEvents, Reach } from './line-event.ts'
import { someDevices } from './some-devices.ts'

/** Others connect with the credentials of some devices. */
export function* clones(
  { at, lasts, devices }: Trouble,
  number: number,
  { setting, shard }: Reach,
): LineEvents {
  const from = plus(setting.startedAt, at)
  if (from >= setting.endedAt) return
  const random = cityStream(setting, 'clones', number)
  for (const device of someDevices(setting.devices, devices, random)) {
    if (shardHolds(shard, device))
      yield { type: 'clone', at: from, device, until: plus(from, lasts) }
  }
}
