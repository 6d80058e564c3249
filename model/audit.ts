import type { Principal } from './principal.ts'
import type { Role } from './role.ts'
import type { EpochMs } from './time.ts'

/** Done; refused for a reason of the caller's; failed for one of ours. */
export const AUDIT_OUTCOMES = ['done', 'refused', 'failed'] as const
export type AuditOutcome = (typeof AUDIT_OUTCOMES)[number]

/** Who does something, and from where. */
export interface Actor {
  readonly principal: Pick<Principal, 'accountId' | 'name' | 'roles'>
  /** Network address; null when it came from inside. */
  readonly address: string | null
}

/** One thing that was done or tried, as it is written down once and never changed. */
export interface AuditEntry {
  readonly actor: Actor
  /** Such as `account.changed`, or of a plain request `PUT /api/v1/areas/:id`. */
  readonly action: string
  readonly object?: { readonly kind: string; readonly id: string | null } | undefined
  /** Facts of it. Never passwords, tokens or bodies that may hold them. */
  readonly detail?: Readonly<Record<string, unknown>> | undefined
  readonly outcome?: AuditOutcome | undefined
}

/** An entry as it is read back. */
export interface AuditRecord {
  readonly id: number
  readonly at: EpochMs
  readonly accountId: string | null
  readonly name: string
  readonly roles: readonly Role[]
  readonly action: string
  readonly objectKind: string | null
  readonly objectId: string | null
  readonly detail: Readonly<Record<string, unknown>>
  readonly address: string | null
  readonly outcome: AuditOutcome
}
