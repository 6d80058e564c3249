import type { CaseBasis } from './case-basis.ts'
import type { CaseState } from './case-state.ts'
import type { Limit } from './limit.ts'
import type { Place } from './place.ts'
import type { Severity } from './rule.ts'
import type { DurationMs, EpochMs } from './time.ts'

/** Who found it: 设备上报, 监督员, 值班发现, 12319 热线, 视频, 其他系统, 领导交办. */
export const CASE_SOURCES = [
  'device',
  'inspector',
  'operator',
  'hotline',
  'video',
  'outside',
  'leader',
] as const
export type CaseSource = (typeof CASE_SOURCES)[number]

/** What somebody has to do in time, in the order of the flow; `case` is the whole of it. */
export const CASE_DUTIES = [
  'accept',
  'verify',
  'file',
  'dispatch',
  'handle',
  'check',
  'close',
  'case',
] as const
export type CaseDuty = (typeof CASE_DUTIES)[number]

/** How near a deadline is, as the flow has told. */
export const DEADLINE_MARKS = ['none', 'soon', 'overdue'] as const
export type DeadlineMark = (typeof DEADLINE_MARKS)[number]

/** What a department has asked for and nobody has answered yet. */
export interface CaseRequest {
  readonly type: 'extension' | 'parking'
  /** Of `parking`: when the clock goes on. */
  readonly until: EpochMs | null
  readonly reason: string
  readonly by: string
  readonly at: EpochMs
}

/** How the object is watched by its sensor after feedback. */
export const WATCH_STATES = ['watching', 'good', 'bad', 'silent'] as const
export type WatchState = (typeof WATCH_STATES)[number]

/** What a device's finding says of the case it asks for. */
export interface CaseProposal {
  readonly kind: 'part' | 'event'
  /** Part id where the device sits on a part, otherwise the device id. */
  readonly objectId: string
  readonly phenomenon: string
  readonly edition: string
  readonly class: string
  readonly condition: string
  readonly severity: Severity
  readonly title: string
  readonly deviceId: string
  readonly ruleId: string
  readonly partId: string | null
  readonly gridCode: string | null
  /** 6-digit district for the number: of the grid, else of the part, else the city's own. */
  readonly district: string
  readonly place: Place | null
  readonly address: string | null
  /** Who looks after the part, as the part's record names it. */
  readonly department: string | null
  /** Group of the device: whose network it is. */
  readonly network: string | null
  readonly limit: Limit | null
  readonly reportedAt: EpochMs
  /** Null for cases from before it was kept. */
  readonly basis: CaseBasis | null
}

/** What a person, or a program for one, reports. Places are WGS-84. */
export interface NewReport {
  readonly source: Exclude<CaseSource, 'device'>
  readonly kind: 'part' | 'event'
  readonly edition: string | null
  /** Major and minor, four digits; null where the reporter does not say. */
  readonly class: string | null
  readonly condition: string | null
  readonly description: string
  readonly place: Place | null
  readonly address: string | null
  readonly partId: string | null
  /** When it was seen; null: now. */
  readonly observedAt: EpochMs | null
  readonly isUrgent: boolean
  /** Ids of uploads. */
  readonly attachments: readonly string[]
  /** Number of the case in the system it comes from. */
  readonly outsideNumber: string | null
  /** Who told it, for an answer: never shown to departments. */
  readonly contact: { readonly name: string | null; readonly phone: string | null } | null
  /** One of the reporter's own that makes a repeat of the same report change nothing; null: none. */
  readonly key: string | null
}

/**
 * A case as it is stored and shown: the fold of its events. All instants are ours but those of the
 * basis. An instant is null where the case has not come so far, or has gone back.
 */
export interface Case {
  /** UUID. */
  readonly id: string
  /** 19 digits: district, date, serial of the day. Never used again. */
  readonly number: string
  /** Of its last event: rises with every change. */
  readonly version: number
  readonly state: CaseState
  readonly source: CaseSource
  readonly kind: 'part' | 'event'
  readonly objectId: string | null
  readonly phenomenon: string | null
  readonly edition: string | null
  readonly class: string | null
  readonly condition: string | null
  readonly severity: Severity
  readonly title: string
  readonly description: string | null
  readonly deviceId: string | null
  readonly ruleId: string | null
  readonly partId: string | null
  readonly gridCode: string | null
  readonly district: string
  /** The unit grid, or the district where no grid holds the place: what areas are compared with. */
  readonly areaCode: string
  readonly network: string | null
  readonly place: Place | null
  readonly address: string | null
  /** Who looks after the object, as its record names it. */
  readonly department: string | null
  /** Who handles it, once dispatched. */
  readonly departmentId: string | null
  /** The system it was taken over from; null: it is our own. */
  readonly outsideSystem: string | null
  /** Its number there, or the one its reporter gave. */
  readonly outsideNumber: string | null
  readonly basis: CaseBasis | null

  /** Of the filing condition. */
  readonly limit: Limit | null
  /** Of what is to be done now; null where nothing is, or no limit is set. */
  readonly deadlineAt: EpochMs | null
  readonly soonAt: EpochMs | null
  readonly deadlineMark: DeadlineMark
  /** Of handling, with extensions and parking; stays when handling is done. */
  readonly handleDeadlineAt: EpochMs | null
  /** Of handling as it was at the first dispatch. */
  readonly originalDeadlineAt: EpochMs | null
  /** Of the whole case. */
  readonly caseDeadlineAt: EpochMs | null
  readonly caseSoonAt: EpochMs | null
  readonly caseDeadlineMark: DeadlineMark
  /** What was not done in time. */
  readonly lateDuties: readonly CaseDuty[]
  /** When the flow has to look at the case again by itself. */
  readonly nextAlarmAt: EpochMs | null
  readonly parkedUntil: EpochMs | null
  /** What was left of the limit of handling and of the whole case when it was parked. */
  readonly handleLeft_ms: DurationMs | null
  readonly caseLeft_ms: DurationMs | null

  readonly reportedAt: EpochMs
  /** When the state it is in began. */
  readonly stateSince: EpochMs
  readonly acceptedAt: EpochMs | null
  readonly preVerifiedAt: EpochMs | null
  readonly filedAt: EpochMs | null
  readonly dispatchedAt: EpochMs | null
  readonly startedAt: EpochMs | null
  readonly fedBackAt: EpochMs | null
  readonly checkedAt: EpochMs | null
  readonly closedAt: EpochMs | null
  readonly updatedAt: EpochMs

  /** Accounts; null where the system did it, or nobody has. */
  readonly reportedBy: string | null
  readonly acceptedBy: string | null
  readonly preVerifiedBy: string | null
  readonly filedBy: string | null
  readonly dispatchedBy: string | null
  readonly handledBy: string | null
  readonly checkedBy: string | null
  readonly closedBy: string | null
  /** The inspector who is asked to pre-verify or post-check. */
  readonly inspectorId: string | null

  readonly isUrgent: boolean
  readonly isKey: boolean
  /** Filed and dispatched by policy, without a person. */
  readonly isAutomatic: boolean
  /** A person has acted on it: it no longer goes with the last of its episodes. */
  readonly isTouched: boolean
  readonly extensions: number
  readonly parkings: number
  readonly returns: number
  readonly reworks: number
  readonly urgings: number
  readonly reopenings: number
  /** Reports and episodes that joined it, the first not counted. */
  readonly joined: number
  /** Earlier cases of the same class within 50 m: 重复发案. */
  readonly recurrences: number
  readonly request: CaseRequest | null
  /** The case it was merged into. */
  readonly masterId: string | null
  /** The former case of the same object and condition, closed shortly before. */
  readonly relapseOf: string | null
  readonly watch: WatchState | null
  /** How long readings must stay good to prove it; null: no sensor can. */
  readonly verify_ms: DurationMs | null
}
