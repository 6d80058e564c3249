import type { CaseDuty, CaseSource } from './case.ts'
import type { CaseState } from './case-state.ts'
import type { ImportReason, RefusedRow } from './import-report.ts'
import type { Place } from './place.ts'
import type { Severity } from './rule.ts'
import type { EpochMs } from './time.ts'

/** Who did what, and more that is kept of another system's case just as it was written there. */
export const TOLD_FACTS = [
  'conditionTitle',
  'reportedNumber',
  'districtName',
  'street',
  'community',
  'dutyGrid',
  'reporter',
  'acceptor',
  'preVerifier',
  'filer',
  'dispatcher',
  'handler',
  'post',
  'opinion',
  'checker',
  'closer',
] as const
export type ToldFact = (typeof TOLD_FACTS)[number]

/** When something happened to a case, in the order of the flow. */
export const OUTSIDE_INSTANTS = [
  'reportedAt',
  'acceptedAt',
  'preVerifiedAt',
  'filedAt',
  'dispatchedAt',
  'startedAt',
  'fedBackAt',
  'checkedAt',
  'closedAt',
] as const
export type OutsideInstant = (typeof OUTSIDE_INSTANTS)[number]

/**
 * A case as another system hands it over, known by that system and its number there. Instants are
 * whole seconds. What the system does not say is null.
 */
export interface OutsideCase extends Readonly<Record<OutsideInstant, EpochMs | null>> {
  readonly system: string
  readonly number: string
  readonly reportedAt: EpochMs
  readonly state: CaseState
  readonly source: CaseSource
  readonly kind: 'part' | 'event'
  readonly edition: string | null
  /** Major and minor, four digits. */
  readonly class: string | null
  readonly condition: string | null
  /** Null: made of the class, else of the description. */
  readonly title: string | null
  readonly description: string | null
  readonly severity: Severity
  readonly address: string | null
  /** WGS-84. */
  readonly place: Place | null
  /** 6 digits. */
  readonly district: string | null
  readonly gridCode: string | null
  readonly partId: string | null
  /** Who looks after the object. */
  readonly department: string | null
  /** Name or id of the department that handles it. */
  readonly handlingDepartment: string | null
  readonly handleDeadlineAt: EpochMs | null
  readonly originalDeadlineAt: EpochMs | null
  readonly caseDeadlineAt: EpochMs | null
  readonly parkedUntil: EpochMs | null
  readonly lateDuties: readonly CaseDuty[]
  readonly isUrgent: boolean
  readonly isKey: boolean
  readonly extensions: number
  readonly parkings: number
  readonly returns: number
  readonly reworks: number
  readonly urgings: number
  /** Number in the same system of the case it was merged into. */
  readonly masterNumber: string | null
  /** When it last changed there. */
  readonly updatedAt: EpochMs | null
  readonly told: Readonly<Record<ToldFact, string | null>>
}

/** What another system may be called: letters of any script, digits and `._-`. */
export const OUTSIDE_SYSTEM_PATTERN = '^[\\p{L}\\p{N}][\\p{L}\\p{N}._-]{0,63}$'

/** One case of an exchange file, as the reader of its format understood it. */
export interface OutsideRow {
  /** Line of the file on which it begins, from 1. */
  readonly line: number
  /** Its number in the other system, as far as the row gives one. */
  readonly id: string | null
  /** Null where the reader could make no case of it. */
  readonly value: OutsideCase | null
  /** Number of the case here, in a file that was written here. */
  readonly ownNumber: string | null
  readonly reasons: readonly ImportReason[]
}

/**
 * What a case import did. A row that is refused keeps no other from being taken. Filled in while the
 * rows come, so that it is known also of a file that breaks off.
 */
export interface CaseImportCount {
  /** True: nothing was changed; the rest says what would have been. */
  readonly dryRun: boolean
  opened: number
  updated: number
  /** As they were handed over before, or older. */
  unchanged: number
  rejected: number
  /** The refused rows in the order of the file, cut at `REPORTED_ROWS_MAX`. */
  readonly rows: RefusedRow[]
}

export const emptyCount = (dryRun: boolean): CaseImportCount => ({
  dryRun,
  opened: 0,
  updated: 0,
  unchanged: 0,
  rejected: 0,
  rows: [],
})
