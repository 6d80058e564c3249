import { type EpochMs, epochMs } from '#model/time.ts'
import { drawSpan } from '#simulator/random/distribution.ts'
import { chance } from '#simulator/random/random.ts'
import { shardHolds } from '#simulator/run/shard.ts'
import type { OutagePlan } from '#simulator/scenario/scenario.ts'
import type { SimulatedDevice } from '#simulator/world/fixtures.ts'
import { devicesOfCell } from './cell.ts'
import { cityStream, DeviceStreams } from './device-streams.ts'
import {
  type LineEvents,
  type OutageBegins,
  ownDevices,
  type Reach,
  recurring,
} from './line-event.ts'

/** Devices out of coverage. `number` is the plan's place among those of the scenario. */
export const outages = (plan: OutagePlan, number: number, reach: Reach): LineEvents =>
  plan.around === 'one-cell' ? ofCells(plan, number, reach) : anywhere(plan, number, reach)

/** Each device of the share by itself: once at `at`, or every so often. */
function anywhere(plan: OutagePlan, number: number, reach: Reach): LineEvents {
  const { startedAt, endedAt } = reach.setting
  const streams = new DeviceStreams(reach.setting, 'outage', number)
  const { every, lasts, share } = plan
  const begins = ownDevices(reach).flatMap((device) => {
    const random = streams.of(device)
    if (!chance(random, share)) return []
    return [[device, startedAt + (every ? drawSpan(random, every) : (plan.at ?? 0))] as const]
  })
  return recurring(begins, endedAt, (device, at) => {
    const random = streams.of(device)
    const until = epochMs(at + drawSpan(random, lasts))
    return {
      event: outageOf(plan, device, at, until),
      // However short a pause is drawn, time goes on.
      nextAt: every ? Math.max(at + 1, until + drawSpan(random, every)) : null,
    }
  })
}

/** All devices around one place after another, together. */
function* ofCells(plan: OutagePlan, number: number, reach: Reach): LineEvents {
  const { setting, shard } = reach
  const { every, lasts, share } = plan
  const random = cityStream(setting, 'outage', number)
  let at = setting.startedAt + (every ? drawSpan(random, every) : (plan.at ?? 0))
  while (at < setting.endedAt) {
    const until = epochMs(at + drawSpan(random, lasts))
    for (const device of devicesOfCell(setting.devices, share, random)) {
      if (shardHolds(shard, device)) yield outageOf(plan, device, epochMs(at), until)
    }
    if (!every) return
    at = Math.max(at + 1, until + drawSpan(random, every))
  }
}

const outageOf = (
  plan: OutagePlan,
  device: SimulatedDevice,
  at: EpochMs,
  until: EpochMs,
): OutageBegins => ({ type: 'outage', device, at, until, plan })
