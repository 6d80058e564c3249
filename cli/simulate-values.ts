import { InvalidArgumentError } from 'commander'
import { type DurationMs, parseInstant } from '#model/time.ts'
import type { Start } from '#simulator/fleet/start-of-run.ts'
import type { Scenario } from '#simulator/scenario/scenario.ts'
import { positiveNumber } from './option-values.ts'

/** Parsers of the option values of `wanmi simulate`. */

// Not null for max: commander takes that for no value at all.
export const pace = (text: string): number | 'max' => (text === 'max' ? text : positiveNumber(text))

export function start(text: string): Start {
  if (text === 'now' || text === 'scenario') return text
  const at = parseInstant(text)
  if (at !== undefined) return at
  throw new InvalidArgumentError(
    'It must be now, scenario or an instant such as 2026-07-14T18:00:00+08:00.',
  )
}

export function seed(text: string): string {
  if (/^[A-Za-z0-9._-]{1,24}$/.test(text)) return text
  throw new InvalidArgumentError('It must be 1 to 24 of A-Z a-z 0-9 . _ -')
}

/** What may be said otherwise than the scenario says it. */
export interface ScenarioChanges {
  readonly speed?: number | 'max'
  readonly devices?: number
  readonly rate?: number
  readonly seed?: string
  readonly citySeed?: string
  readonly for?: DurationMs
}

/** A fleet of another size sends as often per device; where a rate is stated, so much in all. */
export function changed(scenario: Scenario, changes: ScenarioChanges): Scenario {
  const { fleet, city } = scenario
  const { devices = fleet.devices, speed = scenario.speed } = changes
  const scaled = fleet.rate === null ? null : (fleet.rate * devices) / fleet.devices
  return {
    ...scenario,
    speed: speed === 'max' ? null : speed,
    seed: changes.seed ?? scenario.seed,
    city: { ...city, seed: changes.citySeed ?? city.seed },
    fleet: { ...fleet, devices, rate: changes.rate ?? scaled },
    duration: changes.for ?? scenario.duration,
  }
}
