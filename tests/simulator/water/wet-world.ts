import { type DurationMs, type EpochMs, epochMs, hours } from '#model/time.ts'
import { planRun, type RunPlan } from '#simulator/run/run-plan.ts'
import type { ScenarioDocument } from '#simulator/scenario/scenario-document.ts'
import { scenarioOf } from '#simulator/scenario/scenario-of.ts'
import type { SimulatedDevice } from '#simulator/world/fixtures.ts'
import { createWorld, type World } from '#simulator/world/world.ts'

export const startedAt = epochMs(Date.parse('2026-11-23T00:00:00Z'))
export const after = (span: number): EpochMs => epochMs(startedAt + span)

export type Changes = Partial<ScenarioDocument>

export interface WetWorld {
  readonly plan: RunPlan
  readonly world: World
}

/** A plan for 300 devices, a reading a minute, without an incident but those that are asked for. */
export function plannedWith(changes: Changes = {}, duration: DurationMs = hours(24)): RunPlan {
  const scenario = scenarioOf({
    id: 'wet',
    title: { en: 'wet', zh: '湿' },
    city: { seed: '7' },
    fleet: { devices: 300, rate: 5 },
    duration: '24h',
    ...changes,
  })
  return planRun({ scenario, startedAt, duration })
}

export function wetWorld(changes: Changes = {}): WetWorld {
  const plan = plannedWith(changes)
  return { plan, world: createWorld(plan) }
}

export const isSewer = ({ kind, medium }: SimulatedDevice): boolean =>
  medium === 'sewage' || (medium === 'stormwater' && kind !== 'bin-sensor')
export const isMain = ({ kind, medium }: SimulatedDevice): boolean =>
  kind === 'pipe-gauge' && medium === 'water'
