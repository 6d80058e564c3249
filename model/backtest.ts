import type { CaseState } from './case.ts'
import type { EvidenceReading } from './episode.ts'
import type { EpochMs } from './time.ts'

/** An episode that a rule would have found. Event time. */
export interface Finding {
  readonly deviceId: string
  readonly startedAt: EpochMs
  readonly confirmedAt: EpochMs
  /** Null when it was still so at the end of the span. */
  readonly endedAt: EpochMs | null
  readonly clearedAt: EpochMs | null
  /** The readings that opened it, as far as the rule looks at them. */
  readonly evidence: readonly EvidenceReading[]
}

/** How a finding compares with another version of the rule. */
export type Difference = 'appeared' | 'vanished' | 'changed' | 'same'

/** A finding in its place in the city and beside what really happened. */
export interface PlacedFinding extends Finding {
  readonly objectId: string
  readonly department: string | null
  readonly gridCode: string | null
  /** The case that an episode of the same phenomenon led to then; null when there was none. */
  readonly knownCase: { readonly number: string; readonly state: CaseState } | null
  /** Null where nothing was compared with. */
  readonly difference: Difference | null
}

export interface Tally {
  readonly name: string
  readonly episodes: number
  /** Episodes of one object that overlap are one case. */
  readonly cases: number
}

export interface BacktestReport {
  readonly ruleId: string
  readonly from: EpochMs
  readonly to: EpochMs
  readonly devices: number
  readonly readings: number
  readonly tookMs: number
  readonly episodes: number
  readonly cases: number
  /** Days of the city, `2026-11-23`. */
  readonly perDay: readonly Tally[]
  readonly perDepartment: readonly Tally[]
  readonly perGrid: readonly Tally[]
  /** The ten devices with the most episodes. */
  readonly busiest: readonly Tally[]
  /** What really came of it: episodes of the same phenomenon that the rules in force found. */
  readonly known: {
    readonly byCaseState: Readonly<Record<CaseState, number>>
    /** Found now, not then. */
    readonly unknown: number
    /** Found then, not now. */
    readonly missed: number
  }
  readonly compared: Readonly<Record<Difference, number>> | null
}

export const BACKTEST_STATES = ['waiting', 'running', 'done', 'failed', 'cancelled'] as const
export type BacktestState = (typeof BACKTEST_STATES)[number]

/** A trial of a rule on stored readings, under way or over. */
export interface Backtest {
  /** UUID. */
  readonly id: string
  readonly state: BacktestState
  readonly ruleId: string
  readonly from: EpochMs
  readonly to: EpochMs
  readonly createdAt: EpochMs
  /** Of the span, 0 to 1. */
  readonly progress: number
  readonly readings: number
  /** Why it failed. */
  readonly fault: string | null
  readonly report: BacktestReport | null
}
