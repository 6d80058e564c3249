import type { CaseActor } from '#model/case-event.ts'
import type { FilingPolicy } from '#model/filing-policy.ts'
import type { Place } from '#model/place.ts'
import type { EpochMs } from '#model/time.ts'
import type { WorkTime } from './time/work-time.ts'

/** A department as the flow needs it. */
export interface KnownDepartment {
  readonly id: string
  readonly name: string
}

/** Sends cases of a class and an area to a department; null fits every one. */
export interface DispatchRule {
  readonly kind: 'part' | 'event' | null
  readonly class: string | null
  readonly areaCode: string | null
  readonly departmentId: string
}

/** An inspector on duty with a terminal. */
export interface InspectorOnDuty {
  readonly accountId: string
  /** Where the terminal was last; null: not known. */
  readonly place: Place | null
  /** Area codes begin with one of these; null: the whole city. */
  readonly areas: readonly string[] | null
}

/** What the city has decided, and how its clocks run, at one moment. */
export interface CaseWorld {
  readonly time: WorkTime
  /** Of a filing condition; the city's default where there is none yet. */
  readonly policyOf: (kind: 'part' | 'event', condition: string | null) => FilingPolicy
  readonly departments: ReadonlyMap<string, KnownDepartment>
  readonly dispatchRules: readonly DispatchRule[]
  readonly inspectors: readonly InspectorOnDuty[]
  /** Whether an account is an inspector that can be asked. */
  readonly isInspector: (accountId: string) => boolean
}

/** One moment at which somebody acts on a case. */
export interface CaseMoment {
  readonly world: CaseWorld
  readonly now: EpochMs
  readonly actor: CaseActor
}
