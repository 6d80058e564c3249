import type { NewReport } from './case.ts'
import type { EpochMs } from './time.ts'

/** A report as it is stored, with the case it led to or joined. */
export interface CaseReport extends Omit<NewReport, 'edition' | 'isUrgent' | 'key'> {
  /** UUID. */
  readonly id: string
  readonly caseId: string
  readonly reportedAt: EpochMs
  /** An account; null for the admin token. */
  readonly reportedBy: string | null
  readonly reporterName: string
  /** False: it joined a case that was open. */
  readonly isOpening: boolean
}
