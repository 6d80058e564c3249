import type { Pool } from 'pg'
import { seconds } from '#model/time.ts'
import { CityMap } from '#monitor/map/city-map.ts'
import { DeviceHealth } from '#monitor/map/device-health.ts'
import { LatestStates, type TellChange } from '#monitor/map/latest-states.ts'
import type { Monitor } from '#monitor/monitor.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Logger } from '#runtime/logger.ts'
import { repeat } from '#runtime/repeat.ts'
import type { Shutdown } from '#runtime/shutdown.ts'
import type { DeviceDirectory } from '#store/device-directory.ts'
import type { History } from '#store/history.ts'
import { openSeverities } from '#store/queries/open-severities.ts'
import { createQuarantineQueries } from '#store/queries/quarantine.ts'

interface MapPartsOptions {
  readonly pool: Pool
  readonly directory: DeviceDirectory
  readonly history: History
  readonly monitor: Pick<Monitor, 'onCommitted'>
  readonly clock: Clock
  readonly log: Logger
  readonly shutdown: Pick<Shutdown, 'add'>
}

/** Who is told of states that became newer, as long as somebody looks at the map. */
interface MapViewers {
  readonly hasMap: boolean
  state: TellChange
}

/** So soon is known what a device that was registered just now had sent before. */
const CATCH_UP = seconds(1)

/**
 * The latest states and the map made of them. It hears of commits from here on, so it has to be made
 * before messages are taken; what was stored before is read meanwhile.
 */
export function openMap(parts: MapPartsOptions) {
  const { pool, directory, history, monitor, clock, log, shutdown } = parts
  const devices = { find: (id: string) => directory.find(id), all: () => directory.devices() }
  const states = new LatestStates({ devices, history })
  let viewers: MapViewers | undefined
  const tell: TellChange = (state, before) => viewers?.state(state, before)
  monitor.onCommitted(({ readings }) => states.heard(readings, viewers?.hasMap ? tell : null))
  shutdown.add(
    'device states',
    directory.onChange((id) => states.changed(id)),
  )
  shutdown.add(
    'latest states',
    repeat('latest states', CATCH_UP, () => states.catchUp(), log, { atOnce: true }),
  )
  const wrong = () => openSeverities(pool)
  const refused = () => createQuarantineQueries(pool).waiting()
  return {
    mapPorts: {
      cityMap: new CityMap({ states, wrong, clock }),
      deviceHealth: new DeviceHealth({ devices, states, wrong, refused, clock }),
    },
    tellTo: (live: MapViewers): void => {
      viewers = live
    },
  }
}
