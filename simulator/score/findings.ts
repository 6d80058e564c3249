/** What a service made of a run: the parts of its HTTP API that a score is made of. */
export interface Findings {
  readonly episodes: readonly FoundEpisode[]
  readonly cases: readonly FoundCase[]
  readonly quarantine: readonly RefusedMessage[]
}

/** Instants as the API shows them, RFC 3339. */
export interface FoundEpisode {
  readonly id: string
  readonly deviceId: string
  readonly ruleId: string
  readonly phenomenon: string
  /** `member`: part of what its group is about; without a group it is nothing yet. */
  readonly role: 'single' | 'member' | 'group'
  readonly groupId: string | null
  readonly startedAt: string
  readonly confirmedAt: string
  readonly endedAt: string | null
  readonly withdrawnAt: string | null
  readonly caseId: string | null
}

export interface FoundCase {
  readonly id: string
  readonly deviceId: string
  readonly state: string
}

export interface RefusedMessage {
  readonly deviceId: string
  readonly receivedAt: string
  /** When it says it was measured, in epoch milliseconds; empty when it says nothing of it. */
  readonly measuredAt_ms: readonly number[]
}

/** What a score needs to know of a rule. */
export interface ScoredRule {
  readonly id: string
  readonly phenomenon: string
  /** How long its condition must hold. */
  readonly hold_ms: number
}
