import type { ChannelValue } from '#model/channel.ts'
import { epochMs } from '#model/time.ts'
import type { Incident } from '#simulator/incidents/incident.ts'
import { planRun, type RunPlan } from '#simulator/run/run-plan.ts'
import { WHOLE } from '#simulator/run/shard.ts'
import type { Scenario } from '#simulator/scenario/scenario.ts'
import type { ScenarioDocument } from '#simulator/scenario/scenario-document.ts'
import { scenarioOf } from '#simulator/scenario/scenario-of.ts'
import { emissions } from '#simulator/stream/emissions.ts'
import type { Observation } from '#simulator/truth/observation.ts'
import type { City } from '#simulator/world/city.ts'
import { createWorld } from '#simulator/world/world.ts'

export const startedAt = epochMs(Date.parse('2026-11-23T02:00:00Z'))

const EVERY_CAUSE_SOON: NonNullable<ScenarioDocument['incidents']> = {
  random: {
    every: { uniform: ['20s', '70s'] },
    each: true,
    causes: [
      'cover-displaced',
      'lid-open',
      'methane',
      'battery-low',
      'bin-overflowing',
      'bin-tipped',
      'bin-fire',
      'truck-speeding',
      'load-dropped',
      'call-for-help',
    ],
  },
}

/** A scenario of 200 devices, 50 messages a second, 40 minutes, in which much goes wrong. */
export function scenarioWith(changes: Partial<ScenarioDocument> = {}): Scenario {
  return scenarioOf({
    id: 'test',
    title: { en: 'test', zh: '测试' },
    city: { seed: '7' },
    fleet: { devices: 200, rate: 50 },
    duration: '40m',
    incidents: EVERY_CAUSE_SOON,
    ...changes,
  })
}

export interface SimulatedRun {
  readonly plan: RunPlan
  readonly city: City
  readonly incidents: readonly Incident[]
  readonly readings: readonly SimulatedReading[]
  /** What a perfect observer saw by the end. */
  readonly observations: readonly Observation[]
}

export interface SimulatedReading {
  readonly deviceId: string
  readonly kind: string
  /** When it truly was taken. */
  readonly at: number
  readonly values: Readonly<Record<string, ChannelValue>>
  readonly payload: string
}

/** Everything the fleet of a scenario would measure, at once. */
export function simulate(scenario: Scenario): SimulatedRun {
  const plan = planRun({ scenario, startedAt, duration: scenario.duration })
  const world = createWorld(plan)
  const readings = [...emissions(world, WHOLE)].map(({ at, device, payload }): SimulatedReading => {
    const text = payload.toString()
    const { measuredAt: _, ...values } = JSON.parse(text)
    return { deviceId: device.id, kind: device.kind, at, values, payload: text }
  })
  const { city, incidents } = plan
  return { plan, city, incidents, readings, observations: world.observations(plan.endedAt) }
}

/** The readings of each device of a kind. */
export const tracks = ({ readings }: SimulatedRun, kind: string): SimulatedReading[][] => [
  ...Map.groupBy(
    readings.filter((reading) => reading.kind === kind),
    ({ deviceId }) => deviceId,
  ).values(),
]

/** Each reading of a track with the one before it. */
export const pairs = (
  track: readonly SimulatedReading[],
): (readonly [SimulatedReading, SimulatedReading])[] =>
  track.slice(1).map((here, index) => [track[index] as SimulatedReading, here])
