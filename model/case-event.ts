import type { Case } from './case.ts'
import type { CaseState } from './case-state.ts'
import type { EvidenceReading } from './episode.ts'
import type { Place } from './place.ts'
import type { Role } from './role.ts'
import type { Severity } from './rule.ts'
import type { EpochMs } from './time.ts'

/**
 * What can happen to a case.
 *
 * Of episodes:
 * - `opened`: by an episode, or by a report
 * - `joined`: by another episode, also one that stands again
 * - `report-joined`: by another report
 * - `raised`: an episode is worse than the case was
 * - `episode-moved`: an episode is found to have been at another time than before
 * - `episode-over`: an episode has ended
 * - `episode-gone`: an episode no longer stands for the case
 * - `withdrawn`: no episode stands, and nobody had acted
 *
 * Of the flow, in its order, then its side ways, the clock and the sensor. `followed`: the system it
 * was taken over from says other things of it, and its state is the same.
 */
export const CASE_EVENT_TYPES = [
  'opened',
  'joined',
  'report-joined',
  'raised',
  'episode-moved',
  'episode-over',
  'episode-gone',
  'withdrawn',
  'accepted',
  'rejected',
  'pre-verification-asked',
  'pre-verified',
  'filed',
  'dispatched',
  'returned',
  'started',
  'noted',
  'fed-back',
  'post-check-asked',
  'post-checked',
  'closed',
  'reworked',
  'voided',
  'extension-asked',
  'extended',
  'extension-refused',
  'parking-asked',
  'parked',
  'parking-refused',
  'resumed',
  'urged',
  'key-marked',
  'merged',
  'took-in',
  'split',
  'gave-back',
  'reopened',
  'followed',
  'soon-overdue',
  'overdue',
  'watch-begun',
  'proved-good',
  'proved-bad',
  'proof-missing',
] as const
export type CaseEventType = (typeof CASE_EVENT_TYPES)[number]

/** Where it came from. */
export const CASE_ORIGINS = ['rules', 'api', 'mqtt', 'open311', 'import', 'clock'] as const
export type CaseOrigin = (typeof CASE_ORIGINS)[number]

/** Who did it: an account in one of its roles, or Wanmi itself. */
export interface CaseActor {
  /** UUID; null: Wanmi, or the admin token. */
  readonly accountId: string | null
  readonly name: string
  readonly role: Role | 'system'
}

export const SYSTEM_ACTOR: CaseActor = { accountId: null, name: 'Wanmi', role: 'system' }

/** The instants of an episode that late readings can move. */
export const EPISODE_INSTANTS = ['startedAt', 'confirmedAt', 'endedAt', 'clearedAt'] as const
export type EpisodeInstant = (typeof EPISODE_INSTANTS)[number]

export interface FromTo<Value> {
  readonly from: Value
  readonly to: Value
}

/** What an episode became that no longer stands for its case. */
export const GONE_EPISODES = ['withdrawn', 'member'] as const

/** More about an event; each type has its own of these. */
export interface CaseEventDetail
  extends Readonly<Partial<Record<EpisodeInstant, FromTo<EpochMs | null>>>> {
  /** Of `raised`. */
  readonly severity?: FromTo<Severity>
  /** Of `episode-gone`. */
  readonly became?: (typeof GONE_EPISODES)[number]
  /** Of one that became a member: the episode of its group; null where that is not known. */
  readonly groupId?: string | null
  /** Of `episode-gone`: how many episodes of the case stand after the same commit. */
  readonly standing?: number
  /** Of a report: `case_report`. */
  readonly reportId?: string
  readonly place?: Place | null
  readonly attachments?: readonly string[]
  /** Of the clock: which deadline, and when it was. */
  readonly duty?: 'stage' | 'case'
  readonly dueAt?: EpochMs
  /** Of a pre-verification or post-check: whether it was found, or passed. */
  readonly passed?: boolean
  readonly inspectorId?: string
  /** Of parking, asked or granted. */
  readonly until?: EpochMs
  /** Of urging. */
  readonly urgedBy?: 'timeout' | 'leader' | 'key-case'
  /** The other case of a merge, or the master of the merged. */
  readonly otherId?: string
  /** Of a merge: what the merged case was, and the episodes that went with it. */
  readonly before?: CaseState
  readonly episodeIds?: readonly string[]
  /** Of the sensor's proof: the span of the readings, how many they are, and the worst of them. */
  readonly proof?: {
    readonly from: EpochMs
    readonly to: EpochMs
    readonly readings: number
    readonly evidence: readonly EvidenceReading[]
  }
}

/** One thing that happened to a case. Never changed once written. */
export interface CaseEvent {
  /** UUID v7. */
  readonly id: string
  readonly caseId: string
  /** From 1 within the case, without a gap. */
  readonly sequence: number
  /** By our clock. */
  readonly at: EpochMs
  readonly type: CaseEventType
  readonly actor: CaseActor
  readonly origin: CaseOrigin
  readonly reason: string | null
  readonly episodeId: string | null
  readonly detail: CaseEventDetail
  /** The fields of the case that it set: the case is what they come to, one event after the other. */
  readonly changes: Partial<Case>
}
