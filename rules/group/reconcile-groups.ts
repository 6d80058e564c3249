import { compareGroups, type GroupStretch } from './group-stretch.ts'

export interface GroupReconciliation<Stored extends GroupStretch> {
  readonly amended: readonly { readonly stored: Stored; readonly found: GroupStretch }[]
  readonly vanished: readonly Stored[]
  readonly appeared: readonly GroupStretch[]
}

/**
 * Pairs the groups of one rule and scope that are stored with those that are found now, where they
 * overlap in time: first those that one member leads, then those that share any. Earliest first,
 * whatever the order of the lists; unchanged pairs are left out. So of two groups that late members
 * make one the earlier stays, and of one that falls in two the earlier part.
 */
export function reconcileGroups<Stored extends GroupStretch>(
  stored: readonly Stored[],
  found: readonly GroupStretch[],
): GroupReconciliation<Stored> {
  const ordered = found.toSorted(compareGroups)
  const candidates = stored.toSorted(compareGroups)
  const pairs = new Map<GroupStretch, Stored>()
  const pairOff = (akin: (a: GroupStretch, b: GroupStretch) => boolean): void => {
    for (const group of ordered) {
      if (pairs.has(group)) continue
      const index = candidates.findIndex((other) => overlap(other, group) && akin(other, group))
      const match = index < 0 ? undefined : candidates.splice(index, 1)[0]
      if (match) pairs.set(group, match)
    }
  }
  pairOff((a, b) => a.lead === b.lead)
  pairOff((a, b) => shareMember(a.members, b.members))

  const amended = ordered.flatMap((group) => {
    const match = pairs.get(group)
    return match && !same(match, group) ? [{ stored: match, found: group }] : []
  })
  return { amended, vanished: candidates, appeared: ordered.filter((group) => !pairs.has(group)) }
}

const overlap = (a: GroupStretch, b: GroupStretch): boolean =>
  a.confirmedAt < (b.clearedAt ?? Infinity) && b.confirmedAt < (a.clearedAt ?? Infinity)

function shareMember(members: readonly string[], others: readonly string[]): boolean {
  const known = new Set(members)
  return others.some((id) => known.has(id))
}

const same = (a: GroupStretch, b: GroupStretch): boolean =>
  a.key === b.key &&
  a.lead === b.lead &&
  a.startedAt === b.startedAt &&
  a.confirmedAt === b.confirmedAt &&
  a.endedAt === b.endedAt &&
  a.clearedAt === b.clearedAt &&
  a.members.length === b.members.length &&
  holdsAll(a.members, b.members)

function holdsAll(members: readonly string[], others: readonly string[]): boolean {
  const known = new Set(members)
  return others.every((id) => known.has(id))
}
