import type { Place } from '#model/place.ts'
import type { EpochMs } from '#model/time.ts'
import type { Random } from '#simulator/random/random.ts'
import { spanAt } from '#simulator/signals/excursion.ts'
import type { SimulatedDevice } from './fixtures.ts'
import type { World } from './world.ts'

export { WALK_TOP_KMH } from './crew/walker.ts'

/** An inspector on a beat. */
export interface InspectorState {
  readonly place: Place
  readonly heading_deg: number
  readonly speed_kmh: number
  readonly onDuty: boolean
  readonly callsForHelp: boolean
}

/** Walks a beat, stands and looks, and calls for help when there is need. */
export function inspector(
  _random: Random,
  world: World,
  device: SimulatedDevice,
): (at: EpochMs) => InspectorState {
  const { city } = world.setting
  const calls = world.incidentsOf(device)('call-for-help')
  const walker = world.crews.walkerOf(device)
  const { journey } = walker
  return (at) => {
    journey.moveTo(at)
    return {
      place: city.plane.toPlace(journey),
      heading_deg: journey.heading_deg,
      speed_kmh: journey.speed_ms * 3.6,
      onDuty: walker.isOnDuty(at),
      callsForHelp: spanAt(calls, at) !== undefined,
    }
  }
}
