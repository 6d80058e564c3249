import { Type } from 'typebox'
import { OUTSIDE_SYSTEM_PATTERN } from './outside-case.ts'
import type { EpochMs } from './time.ts'

/** Whom a report counts as coming from that another system files. */
export const INTEGRATION_SOURCES = ['outside', 'hotline', 'video'] as const

/** What the account of another system may beyond reporting, as an administrator states it. */
export const IntegrationFields = Type.Object(
  {
    source: Type.Enum([...INTEGRATION_SOURCES], {
      description: 'Of what is reported through it: another system, the 12319 hotline, or cameras.',
    }),
    system: Type.Unsafe<string | null>({
      type: ['string', 'null'],
      pattern: OUTSIDE_SYSTEM_PATTERN,
      description: 'Whose cases it may hand over; null: none.',
    }),
    readsAll: Type.Boolean({
      description: 'It reads the status of what others reported, and not only of its own.',
    }),
  },
  { additionalProperties: false },
)
export type IntegrationFields = Readonly<Type.Static<typeof IntegrationFields>>

export interface Integration extends IntegrationFields {
  /** UUID of an account with the role `integration`. */
  readonly accountId: string
  readonly updatedAt: EpochMs
  readonly updatedBy: string
}

/** Of an account of which nothing is stated. */
export const DEFAULT_INTEGRATION: IntegrationFields = {
  source: 'outside',
  system: null,
  readsAll: false,
}
