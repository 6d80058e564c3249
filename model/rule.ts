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

/** A rule as its YAML file states it, durations parsed. Conditions stay text here. */
export interface Rule {
  readonly id: string
  readonly kind: string
  readonly title: Bilingual
  /** Where the thresholds come from. */
  readonly source: string
  /** What is wrong, in one word: one open case per object and phenomenon. */
  readonly phenomenon: string
  readonly when: string
  readonly hold: DurationMs
  /** The longest silence across which a condition is taken as still true; null: 3 intervals. */
  readonly gap: DurationMs | null
  readonly clear: string
  readonly clearHold: DurationMs
  readonly severity: Severity
  readonly outcome: Outcome
}
