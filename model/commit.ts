import type { Case, CaseProposal } from './case.ts'
import type { CaseEventType } from './case-event.ts'
import type { Episode } from './episode.ts'
import type { Reading } from './reading.ts'
import type { Rejection } from './rejection.ts'
import type { EpochMs } from './time.ts'

/** What ingest hands over: messages whose senders wait for their acknowledgement. */
export interface Batch {
  readonly readings: readonly Reading[]
  readonly rejections: readonly Rejection[]
  /** Quarantine entries that were run again and are now settled. */
  readonly resolved: readonly string[]
  /** Of what comes out of the spool. */
  readonly fromSpool?: FromSpool | undefined
}

/** Where in the spool a batch was; it is written with it how far the spool is drained. */
export interface FromSpool {
  /** Of the process that wrote it, a UUID. */
  readonly generation: string
  /** The last record of the batch. */
  readonly record: number
  /** When its records were taken, ascending: at each of them all that had come was being taken. */
  readonly takenAt: readonly EpochMs[]
}

/** An episode to write, and the case it asks for. `openCase` is set only when it was confirmed. */
export interface EpisodeChange {
  readonly episode: Episode
  readonly openCase: CaseProposal | null
}

/**
 * Everything a batch causes, written in one transaction. `number` rises by one with each commit of
 * this writer and is written with it, so that a commit of unknown outcome is never done twice.
 */
export interface Commit extends Batch {
  readonly number: number
  readonly at: EpochMs
  readonly episodes: readonly EpisodeChange[]
  /** The span in which Wanmi has listened without a break, to here; null leaves it as it was. */
  readonly listened: { readonly from: EpochMs; readonly to: EpochMs } | null
}

export interface CommitOutcome {
  readonly stored: number
  readonly duplicates: number
  /** Cases this commit opened or changed. */
  readonly cases: readonly CaseChange[]
}

/** What happened to a case, and what it is since. */
export interface CaseChange {
  readonly type: CaseEventType
  readonly case: Case
}
