import { type EpochMs, epochMs, plus } from '#model/time.ts'
import { planRun } from '#simulator/run/run-plan.ts'
import type { ScenarioDocument } from '#simulator/scenario/scenario-document.ts'
import type { Measure } from '#simulator/sensors/instrument.ts'
import type { Values } from '#simulator/sensors/measured.ts'
import { createWorld, type World } from '#simulator/world/world.ts'
import { scenarioWith, startedAt } from '#tests/simulator/simulated-run.ts'

export { startedAt } from '#tests/simulator/simulated-run.ts'

export type Faults = NonNullable<ScenarioDocument['sensors']>

/** So many seconds after the start. */
export const after = (seconds: number): EpochMs => epochMs(startedAt + Math.round(1_000 * seconds))

/** A sensor that says what a function makes of the seconds since the start. */
export const saying =
  (values: (seconds: number) => Values): Measure =>
  (at) =>
    values((at - startedAt) / 1_000)

/** The world of a calm day, or of one with the changes given. */
export function worldOf(changes: Partial<ScenarioDocument>): World {
  const scenario = scenarioWith({
    incidents: {},
    fleet: { devices: 200 },
    duration: '1d',
    ...changes,
  })
  return createWorld(planRun({ scenario, startedAt, duration: scenario.duration }))
}

/** What an instrument says every so many seconds, from the first time on. */
export function sampled(measure: Measure, every_s: number, count: number): (Values | null)[] {
  return Array.from({ length: count }, (_, index) =>
    measure(plus(startedAt, (every_s * 1_000 * index) as Parameters<typeof plus>[1])),
  )
}

/** Whether `hits` of `trials` is what a chance gives, but for one time in a hundred thousand. */
export function isLikely(hits: number, trials: number, chance: number): boolean {
  const deviation = Math.sqrt(trials * chance * (1 - chance))
  return Math.abs(hits - trials * chance) <= 4.5 * deviation + 1
}
