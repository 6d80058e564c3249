import type { EpochMs } from '#model/time.ts'
import { compareTexts } from './member-stretch.ts'

/** A stretch in which several devices were wrong together: from `confirmedAt` until `clearedAt`. */
export interface GroupStretch {
  /**
   * What it is about: the scope of a mass silence, `grid:<code>` of a cluster in a unit grid,
   * `near:<device of the lead>` of one within a distance.
   */
  readonly key: string
  /** Id of the member that started first among those with which it began. */
  readonly lead: string
  /** Ids of all that ever belonged to it, ascending by code units. */
  readonly members: readonly string[]
  /** When the lead started. */
  readonly startedAt: EpochMs
  /** From when on there were enough. */
  readonly confirmedAt: EpochMs
  /** Since when there were too few, as far as that lasted until it was cleared; null while open. */
  readonly endedAt: EpochMs | null
  readonly clearedAt: EpochMs | null
}

/** Earliest first. No two groups of one rule and scope are equal in this order. */
export const compareGroups = (a: GroupStretch, b: GroupStretch): number =>
  a.confirmedAt - b.confirmedAt ||
  a.startedAt - b.startedAt ||
  compareTexts(a.key, b.key) ||
  compareTexts(a.lead, b.lead)

/**
 * The groups as they stand at an instant up to which members are known. A group clears some time
 * after the last of its members, which may still lie ahead: such a one is open.
 */
export const asOf = (groups: readonly GroupStretch[], at: EpochMs): readonly GroupStretch[] =>
  groups.map((group) =>
    group.clearedAt !== null && group.clearedAt > at
      ? { ...group, endedAt: null, clearedAt: null }
      : group,
  )
