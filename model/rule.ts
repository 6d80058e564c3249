import type { RuleSchedule } from './schedule.ts'
import type { DeviceSelector } from './selector.ts'
import type { Bilingual } from './text.ts'
import type { DurationMs } from './time.ts'

/** How bad it is, mildest first. */
export const SEVERITIES = ['notice', 'warning', 'critical'] as const
export type Severity = (typeof SEVERITIES)[number]

/** What an episode of a rule leads to: a case filed under a condition, or nothing but the episode. */
export type Outcome =
  | { readonly case: 'none' }
  | {
      readonly case: 'part' | 'event'
      /** Key of a filing condition of the catalogue. */
      readonly condition: string
      /** The class when the object's own is not among the condition's. */
      readonly class: string
    }

export type ParamValue = number | string

/** A value that a rule leaves to the city: overridden for devices, groups, part classes and areas. */
export interface RuleParam {
  readonly type: 'number' | 'text'
  /** UCUM, as of channels; null for texts and for numbers without one. */
  readonly unit: string | null
  /** Null: unknown where nothing is set, and what needs it is unknown too. */
  readonly default: ParamValue | null
  readonly title: Bilingual | null
  readonly min: number | null
  readonly max: number | null
}

/** A severity that an episode has while a condition is true. */
export interface Level {
  readonly when: string
  readonly severity: Severity
}

/** Absence as a condition: no reading for so long, in reporting intervals or as a span. */
export type Silence = { readonly intervals: number } | { readonly span: DurationMs }

/** The condition means something only at several devices near each other. */
export interface Neighbours {
  readonly atLeast: number
  /** Within so many metres of each other, by chains; null: in one unit grid. */
  readonly within_m: number | null
  /** Each true at some time within so long. */
  readonly during: DurationMs
}

/** What the devices of a mass silence have in common. */
export const MASS_SCOPES = ['all', 'group', 'district', 'street', 'grid'] as const
export type MassScope = (typeof MASS_SCOPES)[number]

/** Many devices silent at once are one event of the infrastructure, and no case of each. */
export interface MassSilence {
  readonly of: MassScope
  /** Of the devices of the scope that were ever heard, 0 to 1. */
  readonly share: number
  /** And never fewer than so many. */
  readonly atLeast: number
  /** Fell silent within so long of each other. */
  readonly during: DurationMs
  readonly title: Bilingual
  readonly phenomenon: string
  readonly severity: Severity
  readonly outcome: Outcome
}

/** A rule as its YAML document states it, spans parsed. Conditions stay text here. */
export interface Rule {
  readonly id: string
  /** At least one. */
  readonly kinds: readonly string[]
  readonly title: Bilingual
  /** Where the thresholds come from. */
  readonly source: string
  /** What is wrong, in one word: one open case per object and phenomenon. */
  readonly phenomenon: string
  readonly where: DeviceSelector
  readonly params: Readonly<Record<string, RuleParam>>
  /** Outside of it the condition is false and an episode is over; null: always. */
  readonly schedule: RuleSchedule | null
  /** Null for a rule of silence. */
  readonly when: string | null
  readonly silent: Silence | null
  readonly hold: DurationMs
  /** The longest silence across which a condition is taken as still true; null: 3 intervals. */
  readonly gap: DurationMs | null
  /** Null for a rule of silence. */
  readonly clear: string | null
  readonly clearHold: DurationMs
  /** For so long after an episode was cleared no other begins. */
  readonly cooldown: DurationMs
  /** How long readings must stay good after handling to count as proof; null: nothing proves it. */
  readonly verify: DurationMs | null
  readonly severity: Severity
  readonly levels: readonly Level[]
  readonly outcome: Outcome
  readonly neighbours: Neighbours | null
  readonly mass: MassSilence | null
}
