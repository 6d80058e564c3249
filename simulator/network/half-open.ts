import { drawSpan } from '#simulator/random/distribution.ts'
import { chance } from '#simulator/random/random.ts'
import type { NetworkFaults } from '#simulator/scenario/scenario.ts'
import { DeviceStreams } from './device-streams.ts'
import { type LineEvents, ownDevices, type Reach, recurring } from './line-event.ts'

/** A share of the devices forgets its connection every so often. */
export function halfOpen(
  { share, every }: NonNullable<NetworkFaults['halfOpen']>,
  reach: Reach,
): LineEvents {
  const { startedAt, endedAt } = reach.setting
  const streams = new DeviceStreams(reach.setting, 'half-open')
  const begins = ownDevices(reach).flatMap((device) => {
    const random = streams.of(device)
    return chance(random, share) ? [[device, startedAt + drawSpan(random, every)] as const] : []
  })
  return recurring(begins, endedAt, (device, at) => ({
    event: { type: 'freeze', at, device },
    // However short a pause is drawn, time goes on.
    nextAt: at + Math.max(1, drawSpan(streams.of(device), every)),
  }))
}
