import { epochMs, plus } from '#model/time.ts'
import { fraction } from '#simulator/random/random.ts'
import { shardHolds } from '#simulator/run/shard.ts'
import type { NetworkFaults } from '#simulator/scenario/scenario.ts'
import type { SimulatedDevice } from '#simulator/world/fixtures.ts'
import { cityStream, DeviceStreams } from './device-streams.ts'
import { type LineEvents, type Reach, recurring } from './line-event.ts'
import { someDevices } from './some-devices.ts'

type Flood = NetworkFaults['floods'][number]

/** Whom a flood befalls, of the whole city. */
export const flooding = (
  { devices }: Flood,
  number: number,
  { setting }: Reach,
): readonly SimulatedDevice[] =>
  someDevices(setting.devices, devices, cityStream(setting, 'flood', number))

/** Some devices say the last thing they said over and over, `rate` times a second. */
export function flood(plan: Flood, number: number, reach: Reach): LineEvents {
  const { setting, shard } = reach
  const from = plus(setting.startedAt, plan.at)
  const until = Math.min(plus(from, plan.lasts), setting.endedAt)
  const period_ms = 1_000 / plan.rate
  const streams = new DeviceStreams(setting, 'flood', number)
  // Not all in step: each begins somewhere in its first period.
  const phase = new Map<SimulatedDevice, { readonly first: number; sent: number }>()
  const begins = flooding(plan, number, reach)
    .filter((device) => shardHolds(shard, device))
    .map((device) => {
      const first = from + fraction(streams.of(device)) * period_ms
      phase.set(device, { first, sent: 0 })
      return [device, Math.floor(first)] as const
    })
  return recurring(begins, epochMs(until), (device, at) => {
    const own = phase.get(device) as { readonly first: number; sent: number }
    own.sent += 1
    return {
      event: { type: 'repeat', at: at, device },
      nextAt: Math.floor(own.first + own.sent * period_ms),
    }
  })
}
