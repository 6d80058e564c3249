import type { CaseState } from './case-state.ts'
import type { Episode } from './episode.ts'
import type { Place } from './place.ts'
import type { EpochMs } from './time.ts'

/** An episode that a rule would have found, as it stood at the end of the span. Event time. */
export interface Finding
  extends Pick<
    Episode,
    | 'deviceId'
    | 'role'
    | 'scope'
    | 'severity'
    | 'grades'
    | 'startedAt'
    | 'confirmedAt'
    | 'endedAt'
    | 'clearedAt'
  > {
  /** Number of the group that it is or belongs to, from 1 within a trial; null for none. */
  readonly group: number | null
  /** Of a group: every device that ever belonged to it, ascending. */
  readonly devices: readonly string[]
  /** Where a moving device was when it was confirmed; null for what stands and where unknown. */
  readonly place: Place | null
}

/**
 * How a finding compares with what another version of the rule found. A silence that stands by
 * itself in one and belongs to a mass silence in the other has vanished and appeared.
 */
export type Difference = 'appeared' | 'vanished' | 'changed' | 'same'

/** A finding in its place in the city and beside what really happened. */
export interface PlacedFinding extends Finding {
  readonly objectId: string
  readonly department: string | null
  readonly gridCode: string | null
  /** It would have asked for a case: members do not, nor does a rule that only watches. */
  readonly asksForCase: boolean
  /** An episode of the same phenomenon was found then. */
  readonly isKnown: boolean
  /** The case that it led to then; null when there was none. */
  readonly knownCase: { readonly number: string; readonly state: CaseState } | null
  /** Null where nothing was compared with. */
  readonly difference: Difference | null
}

export interface Tally {
  readonly name: string
  /** Single ones and groups. */
  readonly episodes: number
  /** Episodes of single devices that are part of what a group is about. */
  readonly members: number
  /** What asks for a case: such episodes of one object that overlap are one case. */
  readonly cases: number
}

export interface BacktestReport extends Omit<Tally, 'name'> {
  readonly ruleId: string
  readonly from: EpochMs
  readonly to: EpochMs
  readonly devices: number
  /** Folded; a rule about several devices begins a while before the span. */
  readonly readings: number
  readonly tookMs: number
  /** How many of the episodes are groups. */
  readonly groups: number
  /** Days of the city, `2026-11-23`. */
  readonly perDay: readonly Tally[]
  readonly perDepartment: readonly Tally[]
  readonly perGrid: readonly Tally[]
  /** The ten devices with the most episodes of their own, single ones and members. */
  readonly busiest: readonly Tally[]
  /** What really came of it: episodes of the same phenomenon that the rules in force found. */
  readonly known: {
    readonly byCaseState: Readonly<Record<CaseState, number>>
    /** Found now, not then. */
    readonly unknown: number
    /** Found then, not now. */
    readonly missed: number
  }
  /** Of single ones and groups; null where nothing was compared with. */
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
