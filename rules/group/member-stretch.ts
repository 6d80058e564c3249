import type { Place } from '#model/place.ts'
import type { EpochMs } from '#model/time.ts'

/**
 * A stretch that a rule found at one device, as the second stage sees it: it is there from
 * `confirmedAt` until just before `clearedAt`, or for ever.
 */
export interface MemberStretch {
  /** Of the episode. Unique among those that are looked at together. */
  readonly id: string
  readonly deviceId: string
  /** Where the device was; null when nobody knows. */
  readonly place: Place | null
  readonly gridCode: string | null
  readonly startedAt: EpochMs
  readonly confirmedAt: EpochMs
  readonly endedAt: EpochMs | null
  readonly clearedAt: EpochMs | null
}

/**
 * The order in which members are told apart where several could lead: who started first. The id
 * comes last, as it follows from the order of arrival; two stretches of one device never get there.
 */
export const compareMembers = (a: MemberStretch, b: MemberStretch): number =>
  a.startedAt - b.startedAt ||
  a.confirmedAt - b.confirmedAt ||
  compareTexts(a.deviceId, b.deviceId) ||
  compareTexts(a.id, b.id)

/** By code units: the same on every machine, whatever its language. */
export function compareTexts(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
