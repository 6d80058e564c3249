import type { Severity } from './rule.ts'
import type { Bilingual } from './text.ts'
import type { DurationMs } from './time.ts'

/** What of a rule a threshold stands in. */
export const THRESHOLD_PARTS = ['when', 'level', 'clear'] as const
export type ThresholdPart = (typeof THRESHOLD_PARTS)[number]

/** What of a channel is compared: its value, or what came of its readings over a span. */
export const THRESHOLD_MEASURES = ['value', 'min', 'max', 'mean'] as const
export type ThresholdMeasure = (typeof THRESHOLD_MEASURES)[number]

export const COMPARISONS = ['>', '>=', '<', '<='] as const
export type Comparison = (typeof COMPARISONS)[number]

/** A number that a rule in force compares a channel of one device with, by that device's parameters. */
export interface Threshold {
  readonly ruleId: string
  readonly version: number | null
  readonly title: Bilingual
  readonly part: ThresholdPart
  /** Of the rule, or of its level; null of what clears it. */
  readonly severity: Severity | null
  readonly channel: string
  readonly measure: ThresholdMeasure
  /** Of the readings that the measure looks at; null where it is the value itself. */
  readonly window_ms: DurationMs | null
  readonly comparison: Comparison
  readonly value: number
  /** UCUM, of the channel. */
  readonly unit: string
  /** The rest of the condition must be true too. */
  readonly isPartly: boolean
  /** For how long it must be so. */
  readonly hold_ms: DurationMs
  /** The rule looks at it at some hours only. */
  readonly isScheduled: boolean
}
