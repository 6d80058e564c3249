import type { Severity } from './rule.ts'
import type { EpochMs } from './time.ts'

/**
 * A span in which a rule found something wrong with one device. All instants are event time.
 * `startedAt <= confirmedAt`, `endedAt <= clearedAt`.
 */
export interface Episode {
  /** UUID. */
  readonly id: string
  readonly deviceId: string
  readonly ruleId: string
  readonly phenomenon: string
  readonly severity: Severity
  /** The first reading of the run that held. */
  readonly startedAt: EpochMs
  /** The reading at which the hold was reached: from here on the episode is. */
  readonly confirmedAt: EpochMs
  /** The first reading of the run that cleared it; null while it is open. */
  readonly endedAt: EpochMs | null
  readonly clearedAt: EpochMs | null
  /** Set when late readings showed that there was no such episode. Our clock. */
  readonly withdrawnAt: EpochMs | null
  /** The readings that opened it: the first of the run and the one that confirmed it. */
  readonly evidence: readonly EvidenceReading[]
}

/** A reading by the names of its channels, as evidence shows it. */
export interface EvidenceReading {
  readonly measuredAt: EpochMs
  readonly seq: number
  readonly values: Readonly<Record<string, number | boolean>>
}
