import { plus } from '#model/time.ts'
import { chance } from '#simulator/random/random.ts'
import type { NetworkFaults } from '#simulator/scenario/scenario.ts'
import { DeviceStreams } from './device-streams.ts'
import { type LineEvents, ownDevices, type Reach } from './line-event.ts'

/** A share of the connections breaks at one instant. */
export function* storm(
  { at, share }: NetworkFaults['storms'][number],
  number: number,
  reach: Reach,
): LineEvents {
  const { setting } = reach
  const instant = plus(setting.startedAt, at)
  if (instant >= setting.endedAt) return
  const streams = new DeviceStreams(setting, 'storm', number)
  for (const device of ownDevices(reach)) {
    if (chance(streams.of(device), share)) yield { type: 'cut', at: instant, device }
  }
}
