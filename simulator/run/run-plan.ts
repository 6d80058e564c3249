import { type DurationMs, type EpochMs, plus } from '#model/time.ts'
import { scheduleIncidents } from '#simulator/incidents/schedule.ts'
import type { Scenario } from '#simulator/scenario/scenario.ts'
import { reportingIntervals } from '#simulator/stream/reporting.ts'
import { buildCity, type City } from '#simulator/world/city.ts'
import type { Setting } from '#simulator/world/setting.ts'

/** What a run follows from. Plain data: a worker makes the same plan of it. */
export interface RunOrder {
  readonly scenario: Scenario
  readonly startedAt: EpochMs
  /** Null goes on until it is stopped. */
  readonly duration: DurationMs | null
}

export interface RunPlan extends Setting {
  readonly scenario: Scenario
}

/** Without an end, the incidents of a day are planned and the run ends after a month. */
const LONGEST_PLAN = 86_400_000 as DurationMs
const LONGEST_RUN = (31 * 86_400_000) as DurationMs

/**
 * Plans a run: which devices, what goes wrong, from when to when.
 *
 * @param city where the devices are not made from a seed
 */
export function planRun({ scenario, startedAt, duration }: RunOrder, city?: City): RunPlan {
  const { fleet, incidents, seed, weather, day, sensors } = scenario
  const built =
    city ??
    buildCity({
      seed: scenario.city.seed,
      devices: fleet.devices,
      mix: fleet.mix,
      unwatched: fleet.unwatched,
    })
  const interval =
    fleet.rate === null
      ? (kind: string): DurationMs => fleet.interval[kind] as DurationMs
      : reportingIntervals(built.devices, fleet.rate)
  return {
    scenario,
    city: built,
    seed,
    day,
    weather,
    sensors,
    startedAt,
    endedAt: plus(startedAt, duration ?? LONGEST_RUN),
    interval,
    byChange: fleet.byChange,
    incidents: scheduleIncidents(built, {
      startedAt,
      duration: duration ?? LONGEST_PLAN,
      interval,
      plan: incidents,
      weather,
      seed,
    }),
  }
}
