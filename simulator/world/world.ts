import type { EpochMs } from '#model/time.ts'
import { byDevice, type IncidentsOf } from '#simulator/incidents/incident.ts'
import { incidentObserver } from '#simulator/incidents/incident-observer.ts'
import { NOTHING, type Observation, type Observer } from '#simulator/truth/observation.ts'
import { type Crews, createCrews } from './crew/crews.ts'
import type { SimulatedDevice } from './fixtures.ts'
import type { Setting } from './setting.ts'
import { createWaters, type Waters } from './water/waters.ts'
import { type Weather, weatherOf } from './weather.ts'

/**
 * A city in one run, as it truly is: what all its devices have in common, and what a perfect
 * observer sees. Its processes go forward as they are asked for, so every instant asked lies at or
 * after the last one.
 */
export interface World extends Observer {
  readonly setting: Setting
  readonly weather: Weather
  readonly waters: Waters
  readonly crews: Crews
  incidentsOf(device: SimulatedDevice): IncidentsOf
}

export function createWorld(setting: Setting): World {
  const weather = weatherOf(setting)
  const waters = createWaters(setting, weather)
  const crews = createCrews(setting)
  const observers: readonly Observer[] = [incidentObserver(setting.incidents), waters, crews]
  const incidentsOf = byDevice(setting.incidents)
  return {
    setting,
    weather,
    waters,
    crews,
    incidentsOf,
    observe(deviceIndex: number, at: EpochMs): readonly Observation[] {
      let seen = NOTHING
      for (const observer of observers) {
        const more = observer.observe(deviceIndex, at)
        if (more.length > 0) seen = seen.length === 0 ? more : [...seen, ...more]
      }
      return seen
    },
    observations: (until) =>
      observers
        .flatMap((observer) => observer.observations(until))
        .sort((a, b) => a.startedAt - b.startedAt),
  }
}
