import type { DurationMs, EpochMs } from '#model/time.ts'
import type { Incident } from '#simulator/incidents/incident.ts'
import type { DayKind, SensorFaults, WeatherPlan } from '#simulator/scenario/scenario.ts'
import type { City } from './city.ts'

/** Everything that decides how a city fares in one run. The same setting is the same run. */
export interface Setting {
  readonly city: City
  /** Of what happens, beside the seed of the city. */
  readonly seed: string
  readonly day: DayKind
  readonly weather: WeatherPlan
  readonly incidents: readonly Incident[]
  readonly startedAt: EpochMs
  /** Nothing is measured at or after it. */
  readonly endedAt: EpochMs
  /** How often a device of the kind reports. */
  readonly interval: (kind: string) => DurationMs
  readonly sensors: SensorFaults
  /** Whether a sensor wakes and reports when it is disturbed. */
  readonly byChange: boolean
}
